import type {ChildProcess} from 'node:child_process'
import {once} from 'node:events'
import {constants} from 'node:os'

/** The process's id, once it is sure that it was started; throws why it was not. */
export async function spawned(child: ChildProcess): Promise<number> {
  if (child.pid !== undefined) return child.pid
  const [error] = await once(child, 'error')
  throw error
}

/** The code that a process ended with; a signal counts as 128 and its number, as a shell has it. */
export async function ended(child: ChildProcess): Promise<number> {
  await spawned(child)
  const [code, signal]: [number | null, NodeJS.Signals | null] = await new Promise(resolve =>
    child.once('exit', (...result) => resolve(result)),
  )
  return code ?? 128 + (signal === null ? 0 : constants.signals[signal])
}
