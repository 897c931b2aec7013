import {existsSync} from 'node:fs'
import {answers} from './answers.ts'
import {ask, ControlError} from './control.ts'
import {forget, isInUse, type Kept, keptIn} from './kept.ts'
import {openLock, readState, type Session, type SessionState, sessionNames, sessionOf, sweepSession} from './session.ts'

/** A lab of this user that is up. */
export type RunningLab = {readonly session: Session; readonly state: SessionState}

/** Every lab of this user whose daemon answers, by name. Clears away what others have left whose keeper was killed. */
export async function runningLabs(): Promise<readonly RunningLab[]> {
  const sessions = sessionNames().map(name => sessionOf(name))
  const alive = await Promise.all(sessions.map(session => answers(session)))
  await Promise.all(sessions.filter((_, index) => !alive[index]).map(session => sweep(session, {withinMs: 0})))
  return sessions.flatMap((session, index) => {
    const state = alive[index] ? readState(session) : undefined
    return state ? [{session, state}] : []
  })
}

/** Which running lab is meant could not be told; the message says what to type. */
export class WhichLabError extends Error {
  override readonly name = 'WhichLabError'
}

/** The running lab of that name; without a name, the only one. `choice` is how the command at hand is told which. */
export async function chooseLab(name: string | undefined, choice = '--lab NAME'): Promise<RunningLab> {
  const labs = await runningLabs()
  const names = labs.map(({session}) => session.name)
  if (labs.length === 0) throw new WhichLabError('no lab is up. Bring one up with: podlab up labs/kubia')
  if (name === undefined && labs.length > 1)
    throw new WhichLabError(`several labs are up (${names.join(', ')}); choose one with ${choice}`)
  const chosen = name === undefined ? labs[0] : labs.find(({session}) => session.name === name)
  if (!chosen) throw new WhichLabError(`no lab named ${name} is up; up are: ${names.join(', ')}`)
  return chosen
}

/** Ends a running lab and waits until nothing of it is left; false when it is still there after the deadline. */
export async function takeDown({session, state}: RunningLab, {withinMs}: {withinMs: number}): Promise<boolean> {
  const swept = sweep(session, {withinMs})
  const [gone] = await Promise.all([swept, askToEnd(session, AbortSignal.timeout(withinMs))])
  if (gone && state.kept !== undefined) forgetUnused(keptIn(state.kept, session.name))
  return gone
}

/* The keeper has removed it, unless it was killed, or the daemon. */
function forgetUnused(kept: Kept): void {
  if (existsSync(kept.folder) && !isInUse(kept)) forget(kept)
}

async function sweep(session: Session, within: {withinMs: number}): Promise<boolean> {
  const lock = openLock(session)
  return lock === undefined || sweepSession(session, lock, within)
}

/* No answer is an answer: the daemon is ending, or it hangs, and then the lock tells. */
async function askToEnd({socket}: Session, deadline: AbortSignal): Promise<void> {
  try {
    await ask(socket, 'down', {}, deadline)
  } catch (error) {
    const unreachable = error instanceof ControlError && error.code === 'unreachable'
    if (!unreachable && !deadline.aborted) throw error
  }
}
