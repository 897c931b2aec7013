import {setTimeout as pause, setImmediate as turn} from 'node:timers/promises'

/*
 * A thread that was busy, or had to wait for its turn, looks at its clock first and at its sockets and pipes afterwards: by its clock alone
 * what came long ago has never come. Here the time is over only when all has been read that was there by then.
 */

/** Resolves when the time is over. */
export async function lull(milliseconds: number, {ref = true}: {readonly ref?: boolean} = {}): Promise<void> {
  await pause(milliseconds, undefined, {ref})
  await turn()
}

/** Acts when the time is over, unless the function that it answers is called before. */
export function afterLull(milliseconds: number, act: () => void): () => void {
  let late: NodeJS.Immediate | undefined
  const timer = setTimeout(() => {
    late = setImmediate(act)
  }, milliseconds)
  return () => {
    clearTimeout(timer)
    clearImmediate(late)
  }
}
