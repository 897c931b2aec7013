import {spawn, spawnSync} from 'node:child_process'
import {join} from 'node:path'
import {type Kernel, KernelError} from '../../src/kernel/kernel.ts'

/** What a test asks the kernel in its sandbox. */
export type Question = {readonly id: number; readonly method: keyof Kernel; readonly parameters: readonly unknown[]}

/** What it answers; question 0 is answered when it is there. */
export type Answer = {
  readonly id: number
  readonly value?: unknown
  readonly error?: {
    readonly name: string
    readonly message: string
    readonly stack: string
    readonly code?: KernelError['code']
    readonly netns?: string
    readonly line?: string | undefined
  }
}

/** A linux kernel in a sandbox of its own, or why this machine gives none. It dies with the process that asked for it. */
export type KernelSandbox = {readonly kernel: Kernel; stop(): void} | {readonly refused: string}

const host = join(import.meta.dirname, '_kernel-host.ts')
const isRoot = process.getuid?.() === 0
const asNobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] as const
const sandbox = ['unshare', '--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '--uts', '--ipc']
const ownUser = ['--user', '--map-root-user']

/** As whoever runs the tests. */
export function startKernel(): Promise<KernelSandbox> {
  return start(isRoot ? sandbox : [...sandbox, ...ownUser])
}

/** As an ordinary user, when root runs the tests. */
export async function startRootlessKernel(): Promise<KernelSandbox> {
  if (!isRoot) return {refused: 'the tests run as an ordinary user already'}
  const [program, ...words] = asNobody
  const {status} = spawnSync(program, [...words, process.execPath, '--check', host])
  if (status !== 0) return {refused: 'an ordinary user cannot read this checkout, or node'}
  return start([...asNobody, ...sandbox, ...ownUser])
}

async function start([program = '', ...words]: readonly string[]): Promise<KernelSandbox> {
  const child = spawn(program, [...words, process.execPath, '--no-warnings', host], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    cwd: '/',
  })
  const waiting = new Map<number, (answer: Answer) => void>()
  const said: Buffer[] = []
  child.stderr?.on('data', chunk => said.push(chunk))
  child.on('message', (answer: Answer) => {
    waiting.get(answer.id)?.(answer)
    waiting.delete(answer.id)
  })
  const end = new Promise<{refused: string}>(resolve => {
    child.on('error', error => resolve({refused: error.message}))
    child.on('exit', code => resolve({refused: `the sandbox ended with ${code}: ${Buffer.concat(said)}`.trim()}))
  })
  const ready = new Promise<Answer>(resolve => waiting.set(0, resolve))
  const first = await Promise.race([end, ready])
  if ('refused' in first) return first

  let asked = 0
  const ask = async (method: keyof Kernel, ...parameters: readonly unknown[]) => {
    const question: Question = {id: ++asked, method, parameters}
    const answered = new Promise<Answer>(resolve => waiting.set(question.id, resolve))
    child.send(question)
    const answer = await Promise.race([answered, end])
    if ('refused' in answer) throw new Error(answer.refused)
    if (answer.error) throw asError(answer.error)
    return answer.value
  }
  const kernel = {
    create: netns => ask('create', netns),
    remove: netns => ask('remove', netns),
    observe: (netns, sysctls) => ask('observe', netns, sysctls ?? []),
    observeRules: netns => ask('observeRules', netns),
    apply: (netns, ops) => ask('apply', netns, ops),
  } as Kernel
  return {kernel, stop: () => child.disconnect()}
}

function asError({message, stack, code, netns = '', line}: NonNullable<Answer['error']>): Error {
  return code === undefined
    ? Object.assign(new Error(message), {stack})
    : new KernelError(message, {code, netns, line, cause: stack})
}
