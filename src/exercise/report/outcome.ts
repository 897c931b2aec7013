import type {Grade, Played} from '../events.ts'
import {explanation} from './words.ts'

/** Everything that a report is about, once all is over. */
export type Outcome = {
  readonly lab: string
  readonly played?: Played | undefined
  readonly grade?: Grade | undefined
}

/** One thing that passed or failed: the scenario as a whole, or a check. */
export type Case = {
  readonly title: string
  /** `scenario`, or the check's type. */
  readonly type: string
  readonly pass: boolean
  readonly points: number
  readonly milliseconds: number
  /** What it has to say: labels and texts. */
  readonly said: readonly (readonly [label: string, text: string])[]
}

/** The scenario first, then every check. */
export function casesOf({played, grade}: Outcome): readonly Case[] {
  return [...(played === undefined ? [] : [caseOfScenario(played)]), ...(grade?.results ?? []).map(caseOfCheck)]
}

function caseOfScenario(played: Played): Case {
  const common = {title: `The scenario's ${played.steps} steps`, type: 'scenario', points: 0, milliseconds: 0}
  if (played.pass) return {...common, pass: true, said: []}
  const {number, title, reason} = played.failed
  const step = `${number} of ${played.steps}, ${title}`
  return {
    ...common,
    pass: false,
    said: [
      ['step', step],
      ['reason', reason],
    ],
  }
}

function caseOfCheck(result: Grade['results'][number]): Case {
  const {title, type, points, milliseconds, verdict} = result
  return {title, type, points, milliseconds, pass: verdict.pass, said: explanation(result)}
}
