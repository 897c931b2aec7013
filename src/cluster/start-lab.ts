import type {ChildProcess} from 'node:child_process'
import {createInterface} from 'node:readline'
import type {Readable, Writable} from 'node:stream'
import {text} from 'node:stream/consumers'
import type {Lab, Resolver} from '../lab/lab.ts'
import {answers} from './answers.ts'
import {accessAgain, createAccess, type Door, openDoor} from './api-access.ts'
import type {Birth} from './daemon/main.ts'
import type {HostSocket} from './dns/outside.ts'
import {withRealCoredns} from './dns/real-coredns.ts'
import {forget, type Kept, type KeptLab} from './kept.ts'
import {explainMissingTools} from './missing-tools.ts'
import {explainNoSandbox} from './no-sandbox.ts'
import {placeToKeep} from './place-to-keep.ts'
import {firstSocket, isRootless, sessionTaken, startSandbox} from './sandbox.ts'
import {checkSession, type Session, sessionOf} from './session.ts'
import {StartError} from './start-error.ts'

/** A lab whose daemon answers. It ends with this process, however that ends, unless it is let go. */
export type StartedLab = {
  readonly session: Session
  /** Where the API server answers without TLS, if it was told to. */
  readonly insecureUrl?: string
  /** Lets the lab live on when this process ends. */
  letGo(): void
  /** Ends the lab and waits until nothing of it is left. */
  stop(): Promise<void>
}

/** What the daemon says while it starts, a line of JSON each. */
export type StartMessage =
  | {readonly type: 'ready'}
  | {readonly type: 'failed'; readonly message: string; readonly code?: StartError['code']}

/**
 * Starts a lab's sandbox and daemon and waits until the daemon has made the cluster (nodes and their networks; pods come as the
 * cluster starts them). The daemon's standard input is its life line: when it ends without a word, the daemon ends.
 */
export async function startLab(
  {lab: wanted, source, resume}: LabToStart,
  {daemon, signal, insecure = false, keep = false}: StartOptions,
): Promise<StartedLab> {
  const lab = withRealCoredns(wanted)
  const missing = explainMissingTools()
  if (missing) throw new StartError(missing, 'missing-tools')
  if (lab.cluster.proxyMode === 'ipvs') {
    const reason = await (await import('./no-ipvs.ts')).explainNoIpvs()
    if (reason) throw new StartError(reason, 'no-ipvs')
  }
  const session = sessionOf(lab.name)
  checkSession(session)
  const {kept, note} = resume || keep ? await placeToKeep(session, resume) : {}
  const doors = await Promise.all(portsOf(resume, insecure).map(port => openDoor(port)))
  const [{port}, plain] = doors as [Door, Door?]
  const outside = await wayOutside(lab)
  try {
    const birth = birthOf({lab, source, resume}, {port, plainPort: plain?.port, kept, note, servers: outside?.servers})
    const attempt = {
      ...{session, kept, isNew: !resume},
      birth: JSON.stringify(birth),
      program: [...daemon, session.folder],
      sockets: [...doors, outside].flatMap(one => one?.descriptor ?? []),
    }
    for (const waitMs of [0, endingTakes]) {
      const started = await tryToStart({...attempt, waitMs}, signal)
      if (started) return {...started, ...(plain && {insecureUrl: `http://127.0.0.1:${plain.port}`})}
      if (await answers(session)) break
    }
  } finally {
    for (const door of doors) door.close()
    outside?.close()
  }
  throw new StartError(
    `lab ${session.name} is already up. Take it down with: podlab down ${session.name}`,
    'already-up',
  )
}

/* Few labs want it. */
async function wayOutside(lab: Lab): Promise<HostSocket | undefined> {
  return lab.cluster.dns?.host && (await import('./dns/outside.ts')).openWayOutside(lab)
}

/* Without a port from before any will do. */
function portsOf(resume: KeptLab | undefined, isInsecure: boolean): readonly number[] {
  if (!resume) return isInsecure ? [0, 0] : [0]
  const {secure, insecure} = resume.ports
  return insecure === undefined ? [secure] : [secure, insecure]
}

/** A lab, and the file that it was read from; or one that goes on. */
export type LabToStart = {readonly lab: Lab; readonly source: string; readonly resume?: KeptLab | undefined}

export type StartOptions = {
  /** The command that a sandbox's first process is. */
  readonly daemon: readonly string[]
  readonly signal: AbortSignal
  readonly insecure?: boolean
  /** Whether it can be resumed after a crash. */
  readonly keep?: boolean
}

type Surroundings = {
  readonly port: number
  readonly plainPort: number | undefined
  readonly kept: Kept | undefined
  readonly note: string | undefined
  /** The DNS servers outside the lab that may be asked. */
  readonly servers: readonly Resolver[] | undefined
}

function birthOf({lab, source, resume}: LabToStart, {port, plainPort, kept, note, servers}: Surroundings): Birth {
  const insecure = plainPort !== undefined
  return {
    ...{lab, source, rootless: isRootless()},
    apiServer: resume ? accessAgain(lab, resume.apiServer, port) : createAccess(lab, {port, insecure}),
    ports: {secure: port, ...(insecure && {insecure: plainPort})},
    ...(kept && {kept: {folder: kept.folder, ...(resume && {resumed: resume.startedAt})}}),
    ...(note !== undefined && {note}),
    ...(servers && {outside: {servers, descriptor: firstSocket + (insecure ? 2 : 1)}}),
  }
}

/* How long a lab of this name that is just ending may take, in ms. */
const endingTakes = 1000

type Attempt = {
  readonly session: Session
  readonly birth: string
  readonly program: readonly string[]
  readonly sockets: readonly number[]
  readonly waitMs: number
  readonly kept: Kept | undefined
  readonly isNew: boolean
}

/* Undefined when the session is somebody else's. */
async function tryToStart(
  {session, birth, program, sockets, waitMs, kept, isNew}: Attempt,
  signal: AbortSignal,
): Promise<StartedLab | undefined> {
  const keeper = startSandbox({session, program, sockets, waitMs, kept: kept?.folder})
  const lifeLine = keeper.stdin as Writable
  const gone = ended(keeper)
  const said = text(keeper.stdout as Readable).catch(() => '') // cut off when the lab is let go
  lifeLine.on('error', () => undefined) // the daemon is gone; its messages say why
  lifeLine.write(`${birth}\n`)

  const stop = async () => {
    lifeLine.end()
    await gone
    if (kept && isNew) forget(kept) // a daemon that has crashed may have left it
  }
  const onAbort = () => lifeLine.end()
  signal.addEventListener('abort', onAbort, {once: true})
  try {
    const ready = await untilReady(keeper.stdio[3] as Readable)
    signal.throwIfAborted()
    if (ready) return {session, stop, letGo: () => letGo(keeper)}
    if ((await gone) === sessionTaken) return undefined
    throw new StartError(...(await explainSilence(await said)))
  } catch (error) {
    await stop()
    signal.throwIfAborted()
    throw error
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

/* False when the daemon ended before it said anything. */
async function untilReady(messages: Readable): Promise<boolean> {
  for await (const line of createInterface({input: messages})) {
    const message = JSON.parse(line) as StartMessage
    switch (message.type) {
      case 'ready':
        return true
      case 'failed':
        throw failure(message)
    }
  }
  return false
}

function failure({message, code = 'start-failed'}: StartMessage & {type: 'failed'}): StartError {
  return new StartError(code === 'no-session' ? `${message}; ${otherFolder}` : message, code)
}

const otherFolder = 'make room there, or set XDG_RUNTIME_DIR to a folder that you can write to'

/* What the keeper says when it cannot make the session's folder. */
const noFolder =
  /^(?:mkdir|\S*sh): .*(?:Read-only file system|No space left on device|Permission denied|Not a directory)$/m

/* Either it never began, or it broke. */
async function explainSilence(said: string): Promise<[string, StartError['code']]> {
  const [line] = noFolder.exec(said) ?? []
  if (line !== undefined) return [`the session's folder cannot be made (${line}); ${otherFolder}`, 'no-session']
  const reason = await explainNoSandbox()
  if (reason) return [reason, 'no-sandbox']
  return [`the lab's daemon ended before it was ready${said && `:\n${said.trimEnd()}`}`, 'start-failed']
}

function letGo(keeper: ChildProcess): void {
  const lifeLine = keeper.stdin as Writable
  lifeLine.end('let go\n')
  for (const channel of [keeper.stdout, keeper.stdio[3]]) (channel as Readable).destroy()
  keeper.unref()
}

/* Answers the keeper's exit code. */
function ended(keeper: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    keeper.once('error', reject)
    keeper.once('exit', resolve)
  })
}
