import type {Grade, Played} from '../events.ts'

/**
 * The report for programs: one JSON object. `scenario` is there when one was played, `grade` when checks were run:
 *
 *   {"lab": "kubia", "pass": false,
 *    "scenario": {"pass": true, "steps": 9},
 *    "grade": {"pass": false, "points": 5, "of": 7, "results": [{"title", "type", "points", "verdict", "milliseconds"}]}}
 */
export function jsonReport(
  lab: string,
  {played, grade}: {readonly played?: Played | undefined; readonly grade?: Grade | undefined},
): string {
  const pass = played?.pass !== false && grade?.pass !== false
  return `${JSON.stringify({lab, pass, ...(played && {scenario: played}), ...(grade && {grade})}, null, 2)}\n`
}
