import type {AskAnswer, AskQuestion} from '../../src/node/runtime/ask.ts'
import type {ContainerSpec} from '../../src/node/runtime/container.ts'
import type {RunAnswer} from '../../src/node/runtime/protocol.ts'
import type {Runtime} from '../../src/node/runtime/runtime.ts'
import type {Sandbox} from './_sandbox.ts'

/** A runtime in a sandbox, with eyes. */
export type WatchedRuntime = Pick<
  Runtime,
  'hold' | 'release' | 'run' | 'setUpVolumes' | 'removeVolumes' | 'start' | 'end' | 'log' | 'remove' | 'turn'
> & {
  ask(question: AskQuestion): Promise<AskAnswer>
  ended(id: string): Promise<number>
  inside(pid: number, argv: readonly string[]): Promise<RunAnswer>
  /** What a container has printed in its present life, or its beginning. */
  printed(id: string): Promise<string | undefined>
  residue(): Promise<{
    readonly descriptors: number
    readonly mounts: readonly number[]
    readonly processes: number
    readonly netns: readonly string[]
    readonly namespaces: number
  }>
}

export function runtimeIn({ask}: Exclude<Sandbox, {readonly refused: string}>): WatchedRuntime {
  const methods =
    'hold release turn run setUpVolumes removeVolumes start end ask log remove ended inside printed residue'.split(' ')
  return Object.fromEntries(
    methods.map(method => [method, (...parameters: readonly unknown[]) => ask(method, ...parameters)]),
  ) as unknown as WatchedRuntime
}

/** What a test's programs find in their environment. */
export const environment = {PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOSTNAME: 'web'}

/**
 *   pause ── netns NAME (uts web, ipc) ── container NAME/c0 (mnt, pid)
 *                                      └─ container NAME/c1 (mnt, pid)
 */
export async function podIn(runtime: WatchedRuntime, name: string) {
  const pausePid = await runtime.hold({netns: name, hostname: 'web', as: 'pod'})
  let count = 0
  const start = async (spec: Partial<ContainerSpec> = {}) => {
    const id = `${name}/c${count++}`
    const common = {
      root: 'busybox',
      files: {},
      argv: ['sleep', 'infinity'],
      environment,
      workingDirectory: '/',
    } as const
    const pid = await runtime.start({...common, id, pausePid, ...spec})
    /** A shell line in the container, and what it prints. */
    const sh = async (line: string) => {
      const {code, stdout, stderr} = await runtime.inside(pid, ['/bin/sh', '-c', line])
      return code === 0 ? stdout.trimEnd() : `${stderr.trimEnd()} (${code})`
    }
    return {id, pid, sh}
  }
  return {pausePid, start}
}
