import type {Outcome} from '../../cluster/dial.ts'
import type {LabHandle} from '../../cluster/lab-handle.ts'
import type {Goal} from './goals.ts'

/** A place that calls, and whom. */
export type Row = {readonly from: string; readonly goals: readonly Goal[]}

/** How many places call at a time: each is a process, and a machine has few processors. */
const placesAtOnce = 4

/** What came of every call of every row. One process a row, whatever its length, so that the cost grows with the calls. */
export async function dialAll(
  lab: LabHandle,
  rows: readonly Row[],
  {signal, timeoutMs}: {readonly signal: AbortSignal; readonly timeoutMs: number},
): Promise<readonly (readonly Outcome[])[]> {
  const outcomes: (readonly Outcome[])[] = []
  const rest = rows.entries()
  const work = async () => {
    for (const [index, {from, goals}] of rest) {
      const calls = goals.map(({call}) => call)
      outcomes[index] = calls.length === 0 ? [] : await lab.dial(from, calls, {signal, timeoutMs})
    }
  }
  await Promise.all(Array.from({length: placesAtOnce}, work))
  return outcomes
}
