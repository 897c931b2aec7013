import type {CheckResult, Grade, Played} from '../events.ts'

/** Pure texts that every report shares. */

/** `12 ms`, `1.4 s`. */
export function printDuration(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`
}

/** `2 points`, `1 point`. */
export function printPoints(points: number): string {
  return `${points} ${points === 1 ? 'point' : 'points'}`
}

/** What a check has to say besides its outcome: a label and its lines. One that passed says nothing but the lab's sentence. */
export function explanation({verdict, sentence}: CheckResult): readonly (readonly [label: string, text: string])[] {
  const said = sentence === undefined ? [] : ([['note', sentence]] as const)
  if (verdict.pass) return said
  const tries = verdict.attempts !== undefined && verdict.attempts > 1 ? ` (${verdict.attempts} tries)` : ''
  return [
    ...said,
    ['expected', verdict.expected],
    ['seen', `${verdict.seen}${tries}`],
    ['see it yourself', verdict.command],
  ]
}

/** `5 of 7 points, 3 of 4 checks passed`. */
export function printTotal({points, of, results}: Grade): string {
  const passed = results.filter(({verdict}) => verdict.pass).length
  return `${points} of ${printPoints(of)}, ${passed} of ${results.length} ${results.length === 1 ? 'check' : 'checks'} passed`
}

/** 0 only when the scenario went through and every check passed. */
export function exitCodeOf({
  played,
  grade,
}: {
  readonly played?: Played | undefined
  readonly grade?: Grade | undefined
}): 0 | 1 {
  return played?.pass !== false && grade?.pass !== false ? 0 : 1
}
