import type {ChildProcess} from 'node:child_process'
import {closeSync, fstatSync, readSync, rmSync} from 'node:fs'
import {createInterface} from 'node:readline'
import type {Readable, Writable} from 'node:stream'
import type {Lab} from '../lab/lab.ts'
import {ask, ControlError} from './control.ts'
import {explainNoSandbox} from './no-sandbox.ts'
import {isRootless, startSandbox} from './sandbox.ts'
import {claimSession, type Session, sessionOf} from './session.ts'

/** A lab that could not be started; `code` is `already-up`, `no-sandbox` or `start-failed`. */
export class StartError extends Error {
  override readonly name = 'StartError'
  readonly code: 'already-up' | 'no-sandbox' | 'start-failed'

  constructor(message: string, code: StartError['code']) {
    super(message)
    this.code = code
  }
}

/** A lab whose daemon answers. It ends with this process, however that ends, unless it is let go. */
export type StartedLab = {
  readonly session: Session
  /** Lets the lab live on when this process ends. */
  letGo(): void
  /** Ends the lab and waits until nothing of it is left. */
  stop(): Promise<void>
}

/** What the daemon says while it starts, a line of JSON each. */
export type StartMessage = {readonly type: 'ready'} | {readonly type: 'failed'; readonly message: string}

/**
 * Starts a lab's sandbox and daemon and waits until the daemon has made the cluster (nodes and their networks; pods come as the
 * cluster starts them). The daemon's standard input is its life line: when it ends without a word, the daemon ends.
 */
export async function startLab(
  {lab, source}: {lab: Lab; source: string},
  {daemon, signal}: {daemon: readonly string[]; signal: AbortSignal},
): Promise<StartedLab> {
  const session = sessionOf(lab.name)
  await claim(session)
  const {keeper, log} = startSandbox({session, program: [...daemon, session.folder]})
  const lifeLine = keeper.stdin as Writable
  const gone = ended(keeper).finally(() => closeSync(log))
  lifeLine.on('error', () => undefined) // the daemon is gone; its messages say why
  lifeLine.write(`${JSON.stringify({lab, source, rootless: isRootless()})}\n`)

  const stop = async () => {
    lifeLine.end()
    await gone
  }
  const onAbort = () => lifeLine.end()
  signal.addEventListener('abort', onAbort, {once: true})
  try {
    await untilReady(keeper.stdio[3] as Readable, log)
    signal.throwIfAborted()
  } catch (error) {
    await stop()
    signal.throwIfAborted()
    throw error
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
  return {session, stop, letGo: () => letGo(keeper)}
}

async function claim(session: Session): Promise<void> {
  if (claimSession(session)) return
  if (await answers(session))
    throw new StartError(
      `lab ${session.name} is already up. Take it down with: podlab down ${session.name}`,
      'already-up',
    )
  rmSync(session.folder, {recursive: true, force: true})
  if (!claimSession(session)) throw new StartError(`another podlab is just starting lab ${session.name}`, 'already-up')
}

/** Whether the session's daemon lives: its socket accepts, or its sandbox is still being made. */
export async function answers(session: Session): Promise<boolean> {
  try {
    await ask(session.socket, 'alive', {})
    return true
  } catch (error) {
    if (error instanceof ControlError && error.code === 'unreachable') return false
    throw error
  }
}

async function untilReady(messages: Readable, log: number): Promise<void> {
  for await (const line of createInterface({input: messages})) {
    const message = JSON.parse(line) as StartMessage
    switch (message.type) {
      case 'ready':
        return
      case 'failed':
        throw new StartError(message.message, 'start-failed')
    }
  }
  throw new StartError(...(await explainSilence(log)))
}

/* The daemon ended before it said anything: either it never began, or it broke. */
async function explainSilence(log: number): Promise<[string, StartError['code']]> {
  const reason = await explainNoSandbox()
  if (reason) return [reason, 'no-sandbox']
  const said = lastLines(log)
  return [`the lab's daemon ended before it was ready${said && `:\n${said}`}`, 'start-failed']
}

function lastLines(log: number): string {
  const buffer = Buffer.alloc(4096)
  const size = fstatSync(log).size
  const length = readSync(log, buffer, 0, buffer.length, Math.max(0, size - buffer.length))
  return buffer.toString('utf8', 0, length).trim().split('\n').slice(-5).join('\n')
}

function letGo(keeper: ChildProcess): void {
  const lifeLine = keeper.stdin as Writable
  lifeLine.end('let go\n')
  ;(keeper.stdio[3] as Readable).destroy()
  keeper.unref()
}

function ended(keeper: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    keeper.once('error', reject)
    keeper.once('exit', () => resolve())
  })
}
