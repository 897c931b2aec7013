import {ask, ControlError} from './control.ts'
import type {Session} from './session.ts'

/** Whether the session's daemon lives. One that takes the question and keeps silent does: it has much to do, or it hangs. */
export async function answers(session: Session): Promise<boolean> {
  const deadline = AbortSignal.timeout(patience)
  try {
    await ask(session.socket, 'alive', {}, deadline)
    return true
  } catch (error) {
    if (error instanceof ControlError && error.code === 'unreachable') return false
    if (deadline.aborted) return true
    throw error
  }
}

/* How long a daemon may take to say that it lives, in ms; it takes one. */
const patience = 1000
