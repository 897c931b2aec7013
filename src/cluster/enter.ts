import {systemPath} from '../kernel/system-path.ts'

/** The inside of a pod's container or of a node: whose namespaces to join, and what a program there finds in its environment. */
export type Inside = {
  /** The process whose namespaces these are, as the lab's sandbox numbers it. */
  readonly pid: number
  readonly namespaces: readonly ('net' | 'uts' | 'ipc' | 'mount' | 'pid')[]
  readonly environment: Readonly<Record<string, string>>
}

/**
 * The command that runs a program inside: one nsenter into the lab's sandbox, where the process ids are the lab's, and from
 * there one into the target. The program has the caller's terminal, and its exit code comes back. An ordinary user may, since
 * the sandbox's user namespace is his own.
 */
export function enterCommand(
  {daemonPid, rootless}: {daemonPid: number; rootless: boolean},
  inside: Inside,
  argv: readonly string[],
): readonly [string, ...string[]] {
  const user = rootless ? ['--user', '--preserve-credentials'] : []
  const kinds = inside.namespaces.map(kind => `--${kind}`)
  return [
    '/usr/bin/nsenter',
    `--target=${daemonPid}`,
    ...user,
    '--mount',
    '--pid',
    '--',
    '/usr/bin/nsenter',
    `--target=${inside.pid}`,
    ...kinds,
    '--',
    ...argv,
  ]
}

/** The environment of a program in a node: the machine's programs, and the caller's terminal. */
export function nodeEnvironment(name: string, terminal: string | undefined): Readonly<Record<string, string>> {
  return {PATH: systemPath, HOME: '/root', HOSTNAME: name, PS1: `root@${name}:\\w# `, TERM: terminal ?? 'dumb'}
}
