import type {LabHandle} from '../cluster/lab-handle.ts'
import type {CheckConfig} from '../lab/lab.ts'
import type {CheckResult, Grade, Reporter} from './events.ts'
import {runCheck} from './run-check.ts'
import type {During} from './time.ts'

/** Runs the lab's checks, one after the other, and adds up the points. */
export async function gradeLab(lab: LabHandle, during: During & {readonly report: Reporter}): Promise<Grade> {
  const {checks} = lab.lab
  const results: CheckResult[] = []
  for (const [index, check] of checks.entries()) {
    const number = index + 1
    during.report({event: 'checking', number, of: checks.length, title: check.title})
    const result = await resultOf(check, lab, during)
    during.report({event: 'checked', number, result})
    results.push(result)
  }
  const grade = gradeOf(results)
  during.report({event: 'graded', grade})
  return grade
}

/** The sum of results; a lab without checks passes with no points of none. */
export function gradeOf(results: readonly CheckResult[]): Grade {
  const sum = (some: readonly CheckResult[]) => some.reduce((total, {points}) => total + points, 0)
  const passed = results.filter(({verdict}) => verdict.pass)
  return {pass: passed.length === results.length, points: sum(passed), of: sum(results), results}
}

async function resultOf(check: CheckConfig, lab: LabHandle, during: During): Promise<CheckResult> {
  const started = during.time.now()
  const verdict = await runCheck(check, lab, during)
  const {title, type, points} = check
  const sentence = verdict.pass ? check.pass : check.fail
  return {
    title,
    type,
    points,
    ...(sentence !== undefined && {sentence}),
    verdict,
    milliseconds: during.time.now() - started,
  }
}
