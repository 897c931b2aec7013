import {constants} from 'node:os'
import {execa} from 'execa'
import {pretendOtherUsers} from '../kernel/one-user.ts'
import {adoptOrphans, killInside} from '../kernel/processes.ts'
import {systemPath} from '../kernel/system-path.ts'
import {ask} from './control.ts'
import {dialFrom} from './dial-from.ts'
import {enterCommand, type Inside} from './enter.ts'
import type {ExecOptions, ExecResult, LabHandle, Target} from './lab-handle.ts'
import type {RunningLab} from './running-labs.ts'
import {sessionNames} from './session.ts'

/**
 * A running lab over its control socket. Programs are run from here, straight in the target's namespaces. `named` says that the
 * user has called the lab by its name; then, or when it is not the only one, the commands that podlab shows name it, too.
 */
export async function connectLab(
  {session, state}: RunningLab,
  {program, named}: {readonly program: string; readonly named: boolean},
): Promise<LabHandle> {
  const {socket} = session
  const lab = await ask(socket, 'lab', {})
  adoptOrphans()
  if (state.rootless) pretendOtherUsers()
  const run: LabHandle['exec'] = (target, argv, options = {}) => exec({session, state}, {target, argv, options})
  return {
    lab,
    program,
    option: named || sessionNames().length > 1 ? ['-l', session.name] : [],
    exec: run,
    kubectl: async (words, options) => (await import('./run-kubectl.ts')).runKubectl(session, words, options),
    dial: (target, calls, options) => dialFrom(run, {target, calls, ...options}),
    logs: target => ask(socket, 'logs', {target}),
    rules: node => ask(socket, 'rules', {node}),
    list: (kind, options = {}) => ask(socket, 'list', {kind, ...options}),
    get: async ref => (await ask(socket, 'get', ref)) ?? undefined,
    apply: objects => ask(socket, 'apply', {objects}),
    delete: what => ask(socket, 'delete', what),
    scale: async (ref, replicas) => void (await ask(socket, 'scale', {ref, replicas})),
    set: async (name, value, {withinMs, signal}) => {
      await (await import('./no-ipvs.ts')).refuseLacking(name, value)
      const {stuck} = await ask(socket, 'set', {name, value}, signal)
      return ask(socket, 'settled', {withinMs, excused: stuck}, signal)
    },
    changed: (since, signal) => ask(socket, 'changed', {since}, signal),
  }
}

/** The inside of a target: its process and environment, as the daemon knows them. */
export function findInside({session}: RunningLab, target: Target): Promise<Inside> {
  return ask(session.socket, 'inside', {target})
}

/* The rest of the surroundings is the sandbox's own: this machine's programs. */
function networkOnly({pid}: Inside): Inside {
  return {pid, namespaces: ['net'], environment: {PATH: systemPath, LC_ALL: 'C'}}
}

/** How `timeout` reports a program that it had to end. */
const timedOutCode = 124

async function exec(
  running: RunningLab,
  {target, argv, options}: {target: Target; argv: readonly string[]; options: ExecOptions},
): Promise<ExecResult> {
  const found = await findInside(running, target)
  const inside = options.only === 'network' ? networkOnly(found) : found
  const {pid: daemonPid, rootless} = running.state
  const [program, ...words] = enterCommand({daemonPid, rootless}, inside, argv)
  const child = execa(program, words, {
    env: inside.environment,
    extendEnv: false,
    reject: false,
    stripFinalNewline: false,
    ...(options.stdin === undefined ? {stdin: 'ignore' as const} : {input: options.stdin}),
  })
  const {onOutput} = options
  if (onOutput) {
    child.stdout.on('data', chunk => onOutput(String(chunk)))
    child.stderr.on('data', chunk => onOutput(String(chunk)))
  }
  const {over, release} = limit(child.pid, options)
  try {
    const result = await child
    options.signal?.throwIfAborted()
    const code = over()
      ? timedOutCode
      : (result.exitCode ?? 128 + (result.signal ? constants.signals[result.signal] : 0))
    return {code, stdout: result.stdout ?? '', stderr: result.stderr ?? ''}
  } finally {
    release()
  }
}

/* Ends what nsenter runs when its time is over or nobody waits any more; nsenter follows by itself. */
function limit(
  nsenter: number | undefined,
  {timeoutMs, signal}: ExecOptions,
): {over: () => boolean; release: () => void} {
  let timedOut = false
  const end = () => {
    if (nsenter !== undefined) killInside(nsenter)
  }
  const timer = setTimeout(() => {
    timedOut = true
    end()
  }, timeoutMs ?? longest)
  if (signal?.aborted) end()
  signal?.addEventListener('abort', end, {once: true})
  return {
    over: () => timedOut,
    release: () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
    },
  }
}

/* The longest that a timer can wait, in ms: 24 days. */
const longest = 2 ** 31 - 1
