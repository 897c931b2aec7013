import type {Ran} from './command.ts'

/**
 * Asks again and again, a few at a time: each starts a program, and a machine has few processors. Stops early where the outcome
 * stands, since requests without an answer take long.
 */
export async function inTurns(
  count: number,
  {ask, isLast}: {readonly ask: () => Promise<Ran>; readonly isLast: (answer: Ran) => boolean},
): Promise<readonly Ran[]> {
  const atOnce = 5
  const answers: Ran[] = []
  while (answers.length < count && !answers.some(isLast)) {
    const turn = Array.from({length: Math.min(atOnce, count - answers.length)}, ask)
    answers.push(...(await Promise.all(turn)))
  }
  return answers
}

/** Whether the answer holds the pod's name as a word: `kubia-1` is not in `kubia-10`. */
export function names({code, stdout}: Ran, pod: string): boolean {
  const pattern = new RegExp(`(?<![\\w.-])${pod.replaceAll('.', '\\.')}(?![\\w-])`)
  return code === 0 && pattern.test(stdout)
}

/** What those said that are none of the pods. */
export function strangers(others: readonly Ran[]): readonly string[] {
  const [first] = others
  if (first === undefined) return []
  const said = (first.code === 0 ? first.stdout : first.stderr).trim().split('\n')[0] || `code ${first.code}`
  return [`none of them ${others.length}× (${said})`]
}
