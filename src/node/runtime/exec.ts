import {closeSync, constants, openSync, statSync} from 'node:fs'
import type {Children} from '../../kernel/children.ts'
import type {Namespaces} from '../../kernel/namespaces.ts'
import {candidatePaths, isProgram} from './find-program.ts'
import {layout} from './layout.ts'

/** A program to run beside a container's first process, and which of its standard streams somebody wants to have. */
export type ExecQuestion = {
  /** The container's first process. */
  readonly pid: number
  readonly argv: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly workingDirectory: string
  readonly stdin: boolean
  readonly stdout: boolean
  readonly stderr: boolean
  /** It gets a terminal, which is all three. */
  readonly tty: boolean
}

/**
 * The process, and our ends of its streams as descriptors. Descriptors belong to all threads: whoever gets these has to close them.
 * A program that cannot be started is told of as docker does, with the code that it has for this.
 */
export type ExecAnswer =
  | {readonly started: true; readonly pid: number; readonly descriptors: Descriptors}
  | {readonly started: false; readonly said: string; readonly code: number}

export type Descriptors =
  | {readonly kind: 'pipes'; readonly stdin?: number; readonly stdout?: number; readonly stderr?: number}
  | {readonly kind: 'terminal'; readonly terminal: number}

/**
 * Starts a program in a container. Its streams are pipes as in a real container, so that it can also open them by name
 * (`echo x > /dev/stdout`). `over` hears its code when it has ended; the answer comes before that.
 */
export async function exec(
  {namespaces, children}: {readonly namespaces: Namespaces; readonly children: Children},
  {pid, argv, environment, workingDirectory, ...wanted}: ExecQuestion,
  over: (code: number) => void,
): Promise<ExecAnswer> {
  const kinds = ['net', 'uts', 'ipc', 'mnt', 'pid'] as const
  const join = Object.fromEntries(kinds.map(kind => [kind, `/proc/${pid}/ns/${kind}`]))
  const env = wanted.tty ? {TERM: 'xterm', ...environment} : {...environment}
  const streams = wanted.tty ? terminalFor(namespaces) : pipesFor(namespaces, wanted)
  const close = () => {
    for (const end of streams.theirs) closeSync(end)
  }
  try {
    const started = namespaces.within({join}, () => {
      const [name = '', ...words] = argv
      const paths = candidatePaths(name, {environment, workingDirectory})
      const path = paths.find(isProgram)
      if (path === undefined) return noProgram(name, paths)
      const {become} = streams
      return children.start({
        file: become ?? path,
        argv: become === undefined ? [name, ...words] : ['terminal', path, name, ...words],
        environment: env,
        workingDirectory,
        descriptors: streams.stdio,
        ownSession: true,
      })
    })
    if ('said' in started) {
      for (const end of streams.ours) closeSync(end)
      return started
    }
    void started.ended.then(over)
    return {started: true, pid: started.pid, descriptors: streams.descriptors}
  } catch (error) {
    for (const end of streams.ours) closeSync(end)
    const words = error instanceof Error ? error.message : String(error)
    return {started: false, said: failed(words), code: cannotRun}
  } finally {
    close()
  }
}

type Streams = {
  readonly stdio: readonly ('null' | number)[]
  readonly theirs: readonly number[]
  readonly ours: readonly number[]
  readonly descriptors: Descriptors
  /** A program that has to run first, and become the wanted one. */
  readonly become?: string
}

function pipesFor({syscalls}: Namespaces, wanted: Pick<ExecQuestion, 'stdin' | 'stdout' | 'stderr'>): Streams {
  const pipe = (isWanted: boolean) => (isWanted ? syscalls.pipe() : undefined)
  const [input, output, error] = [pipe(wanted.stdin), pipe(wanted.stdout), pipe(wanted.stderr)]
  const isThere = (fd: number | undefined) => fd !== undefined
  return {
    stdio: [input?.readEnd ?? 'null', output?.writeEnd ?? 'null', error?.writeEnd ?? 'null'],
    theirs: [input?.readEnd, output?.writeEnd, error?.writeEnd].filter(isThere),
    ours: [input?.writeEnd, output?.readEnd, error?.readEnd].filter(isThere),
    descriptors: {
      kind: 'pipes',
      ...(input && {stdin: input.writeEnd}),
      ...(output && {stdout: output.readEnd}),
      ...(error && {stderr: error.readEnd}),
    },
  }
}

/** A new terminal, of those that all containers see under /dev/pts. */
export function openTerminal({syscalls}: Namespaces): {readonly ours: number; readonly theirs: number} {
  const flags = constants.O_RDWR | constants.O_NOCTTY
  const ours = openSync(`${layout.devices}/pts/ptmx`, flags)
  try {
    return {ours, theirs: openSync(`${layout.devices}/pts/${syscalls.unlockTerminal(ours)}`, flags)}
  } catch (error) {
    closeSync(ours)
    throw error
  }
}

/* The helper is named by a descriptor, since the container does not have its file; it closes that. */
function terminalFor(namespaces: Namespaces): Streams {
  const {ours, theirs} = openTerminal(namespaces)
  const helper = openSync(`${layout.programs}/terminal`, 'r')
  return {
    stdio: [theirs, theirs, theirs, helper],
    theirs: [theirs, helper],
    ours: [ours],
    descriptors: {kind: 'terminal', terminal: ours},
    become: '/proc/self/fd/3',
  }
}

function noProgram(name: string, paths: readonly string[]): Extract<ExecAnswer, {started: false}> {
  const [path] = paths
  const isThere = paths.find(one => statSync(one, {throwIfNoEntry: false}) !== undefined)
  if (isThere !== undefined)
    return {started: false, said: failed(`exec: "${name}": permission denied`), code: cannotRun}
  const why = name.includes('/') ? `stat ${path}: no such file or directory` : 'executable file not found in $PATH'
  return {started: false, said: failed(`exec: "${name}": ${why}`), code: notFound}
}

function failed(why: string): string {
  return `OCI runtime exec failed: exec failed: unable to start container process: ${why}: unknown`
}

/** As shells have it. */
const cannotRun = 126
const notFound = 127
