import {setImmediate, setTimeout} from 'node:timers/promises'

/**
 * Resolves so many ms later, and not before all has been read that was there to be read then. A thread that was busy, or had to wait for its
 * turn, looks at its clock first and at its sockets and pipes afterwards: by its clock alone what came long ago has never come.
 */
export async function lull(milliseconds: number, {ref = true}: {readonly ref?: boolean} = {}): Promise<void> {
  await setTimeout(milliseconds, undefined, {ref})
  await setImmediate()
}
