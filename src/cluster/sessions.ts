import {ask, ControlError} from './control.ts'
import {readState, type Session, type SessionState, sessionNames, sessionOf} from './session.ts'

/** A session as it is found, and whether its daemon answers; nothing is swept away. */
export type FoundSession = {
  readonly session: Session
  readonly state: SessionState | undefined
  readonly daemon: 'answers' | 'hangs' | 'gone'
}

/** All sessions of this user, also those that somebody has left behind. */
export function findSessions(): Promise<readonly FoundSession[]> {
  return Promise.all(
    sessionNames().map(async name => {
      const session = sessionOf(name)
      return {session, daemon: await stateOfDaemon(session), state: readState(session)}
    }),
  )
}

async function stateOfDaemon({socket}: Session): Promise<FoundSession['daemon']> {
  const deadline = AbortSignal.timeout(patience)
  try {
    await ask(socket, 'alive', {}, deadline)
    return 'answers'
  } catch (error) {
    if (deadline.aborted) return 'hangs'
    if (error instanceof ControlError) return error.code === 'unreachable' ? 'gone' : 'answers'
    throw error
  }
}

/* How long a daemon may take to say that it lives, in ms; it takes one. */
const patience = 1000
