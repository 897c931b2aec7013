import {existsSync, watch} from 'node:fs'
import {dirname} from 'node:path'
import {ask} from './control.ts'
import {readState, type Session, type SessionState, sessionNames, sessionOf} from './session.ts'
import {answers} from './start-lab.ts'

/** A lab of this user that is up. */
export type RunningLab = {readonly session: Session; readonly state: SessionState}

/** Every lab of this user whose daemon answers, by name. */
export async function runningLabs(): Promise<readonly RunningLab[]> {
  const sessions = sessionNames().map(name => sessionOf(name))
  const alive = await Promise.all(sessions.map(session => answers(session)))
  return sessions.flatMap((session, index) => {
    const state = alive[index] ? readState(session) : undefined
    return state ? [{session, state}] : []
  })
}

/** Which running lab is meant could not be told; the message says what to type. */
export class WhichLabError extends Error {
  override readonly name = 'WhichLabError'
}

/** The running lab of that name; without a name, the only one. */
export async function chooseLab(name: string | undefined): Promise<RunningLab> {
  const labs = await runningLabs()
  const names = labs.map(({session}) => session.name)
  if (labs.length === 0) throw new WhichLabError('no lab is up. Bring one up with: podlab up labs/kubia')
  if (name === undefined && labs.length > 1)
    throw new WhichLabError(`several labs are up (${names.join(', ')}); choose one with --lab NAME`)
  const chosen = name === undefined ? labs[0] : labs.find(({session}) => session.name === name)
  if (!chosen) throw new WhichLabError(`no lab named ${name} is up; up are: ${names.join(', ')}`)
  return chosen
}

/** Ends a running lab and waits until nothing of it is left; false when it is still there after the deadline. */
export async function takeDown({session}: RunningLab, {withinMs}: {withinMs: number}): Promise<boolean> {
  const deadline = AbortSignal.timeout(withinMs)
  const gone = folderGone(session.folder, deadline)
  await ask(session.socket, 'down', {}, deadline)
  return gone
}

/* The keeper removes the session's folder last of all, so its absence is the end of the lab. */
async function folderGone(folder: string, deadline: AbortSignal): Promise<boolean> {
  const watcher = watch(dirname(folder), {signal: deadline})
  return new Promise(resolve => {
    const look = () => {
      if (existsSync(folder)) return
      watcher.close()
      resolve(true)
    }
    watcher.on('change', look)
    watcher.on('error', () => resolve(!existsSync(folder)))
    watcher.on('close', () => resolve(!existsSync(folder)))
    look()
  })
}
