import {type Kernel, KernelError} from '../../src/kernel/kernel.ts'
import {type Sandbox, startRootlessSandbox, startSandbox} from './_sandbox.ts'

/** A linux kernel in a sandbox of its own, or why this machine gives none. It dies with the process that asked for it. */
export type KernelSandbox = {readonly kernel: Kernel; stop(): void} | {readonly refused: string}

const tools = '_kernel-host.ts'

/** As whoever runs the tests; `host` is the sandbox's first process. */
export async function startKernel(host = tools): Promise<KernelSandbox> {
  return kernelIn(await startSandbox(host))
}

/** As an ordinary user, when root runs the tests. */
export async function startRootlessKernel(host = tools): Promise<KernelSandbox> {
  return kernelIn(await startRootlessSandbox(host))
}

export function kernelIn(sandbox: Sandbox): KernelSandbox {
  if ('refused' in sandbox) return sandbox
  const ask = (method: keyof Kernel, ...parameters: readonly unknown[]) =>
    sandbox.ask(method, ...parameters).catch((error: Error) => {
      throw asKernelError(error)
    })
  const kernel = {
    create: netns => ask('create', netns),
    remove: netns => ask('remove', netns),
    observe: (netns, sysctls) => ask('observe', netns, sysctls ?? []),
    observeRules: (netns, family) => ask('observeRules', netns, ...(family ? [family] : [])),
    observeTable: (netns, table) => ask('observeTable', netns, table),
    apply: (netns, ops) => ask('apply', netns, ops),
  } as Kernel
  return {kernel, stop: sandbox.stop}
}

function asKernelError(error: Error): Error {
  const {
    message,
    stack,
    code,
    netns = '',
    line,
  }: Error & {code?: KernelError['code']; netns?: string; line?: string} = error
  return code === undefined ? error : new KernelError(message, {code, netns, line, cause: stack})
}
