import type {Judge} from './permitted.ts'
import type {Report, Verdict} from './protocol.ts'

/** What the proxy's thread asks of the main thread before it makes a call: only there it is known what policies say. */
export type Verdicts = {
  /** Whether a node's proxy asks; it does not, unless it is told to. */
  guard(netns: string, guarded: boolean): void
  /** Asks for one node. */
  judgeOf(netns: string): Judge
  /** What the main thread answers. */
  hear(number: number, verdict: Verdict | undefined): void
}

/** `withinMs` is how long the main thread may take; then it is as if there were nobody to call. */
export function createVerdicts(say: (report: Report) => void, withinMs = 1000): Verdicts {
  const guarded = new Set<string>()
  const asked = new Map<number, (verdict: Verdict | undefined) => void>()
  let numbers = 0

  const hear = (number: number, verdict: Verdict | undefined) => {
    asked.get(number)?.(verdict)
    asked.delete(number)
  }

  return {
    guard: (netns, is) => {
      if (is) guarded.add(netns)
      else guarded.delete(netns)
    },
    judgeOf: netns => call => {
      if (!guarded.has(netns)) return 'as the node'
      const number = numbers++
      return new Promise(resolve => {
        const late = setTimeout(hear, withinMs, number, undefined)
        asked.set(number, verdict => {
          clearTimeout(late)
          resolve(verdict)
        })
        say({type: 'call', number, netns, call})
      })
    },
    hear,
  }
}
