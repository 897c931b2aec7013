import type {LabHandle} from '../../cluster/lab-handle.ts'
import {typed} from '../command.ts'
import {type Cell, hasArrived, isAsExpected, type MatrixGoal, type PolicyMatrix} from '../policy-matrix.ts'
import {programFor} from '../reach/closer.ts'
import {printPort} from '../reach/wanted-ports.ts'
import {printMatrix} from './print-matrix.ts'
import {printDuration} from './words.ts'

type Named = Pick<LabHandle, 'program' | 'option'>

/** Calls that are not as policies say, and are shown with the command to look closer. */
const mostShown = 10
export type MatrixTotals = {readonly calls: number; readonly arrived: number; readonly wrong: number}

export function totalsOf({cells}: PolicyMatrix): MatrixTotals {
  const all = cells.flat().filter(cell => cell !== undefined)
  return {
    calls: all.length,
    arrived: all.filter(({outcome}) => hasArrived(outcome)).length,
    wrong: all.filter(cell => !isAsExpected(cell)).length,
  }
}

/** The matrix as people read it: the table, what is not as policies say, what was not tried, and the total. */
export function printPolicyMatrix(
  matrix: PolicyMatrix,
  {lab, milliseconds}: {readonly lab: Named; readonly milliseconds: number},
): string {
  const wrong = callsOf(matrix).filter(({cell}) => !isAsExpected(cell))
  const lines = [
    ...wrong.slice(0, mostShown).map(call => explain(call, lab)),
    ...(wrong.length > mostShown ? [`... and ${wrong.length - mostShown} more\n`] : []),
    ...matrix.left.map(text => `not tried: ${text}\n`),
  ]
  return `${printMatrix(matrix, {word: wordOf, mark: markOf})}\n${lines.join('')}${summary(matrix)} (${printDuration(milliseconds)})\n`
}

/** The matrix for programs: every call with what was expected and what came of it. */
export function policyMatrixJson(matrix: PolicyMatrix, {name}: {readonly name: string}): string {
  const {calls, arrived, wrong} = totalsOf(matrix)
  const report = {
    lab: name,
    pass: wrong === 0,
    ...{calls, arrived, wrong},
    policies: matrix.policies,
    matrix: callsOf(matrix).map(({from, goal, cell}) => ({
      from,
      to: goal.place,
      port: printPort(goal.port),
      expected: cell.expected ?? null,
      seen: hasArrived(cell.outcome),
      came: cell.outcome.came,
      denied: cell.denied,
    })),
    notTried: matrix.left,
  }
  return `${JSON.stringify(report, null, 2)}\n`
}

function summary(matrix: PolicyMatrix): string {
  const {calls, arrived, wrong} = totalsOf(matrix)
  const {length} = matrix.policies
  const say =
    length === 0 ? 'without any NetworkPolicy' : length === 1 ? 'one NetworkPolicy' : `${length} NetworkPolicies`
  const total = `${calls} calls, ${arrived} arrived, ${calls - arrived} did not`
  if (wrong > 0) return `${total}; ${wrong} of them not as they should, with ${length === 0 ? 'no NetworkPolicy' : say}`
  return length === 0 ? `${total}, ${say}` : `${total}, all as ${say} ${length === 1 ? 'says' : 'say'}`
}

function wordOf(cell: Cell | undefined): string {
  if (cell === undefined) return '·'
  const seen = hasArrived(cell.outcome) ? 'yes' : 'no'
  return isAsExpected(cell) ? seen : `✘ ${seen}`
}

function markOf(cell: Cell | undefined): string {
  if (cell === undefined) return '·'
  if (!isAsExpected(cell)) return '✘'
  return hasArrived(cell.outcome) ? '✔' : '-'
}

type MatrixCall = {readonly from: string; readonly goal: MatrixGoal; readonly cell: Cell}

function callsOf({from, goals, cells}: PolicyMatrix): readonly MatrixCall[] {
  return from.flatMap((place, row) =>
    goals.flatMap((goal, column) => {
      const cell = cells[row]?.[column]
      return cell === undefined ? [] : [{from: place, goal, cell}]
    }),
  )
}

function explain({from, goal, cell}: MatrixCall, lab: Named): string {
  const {came, said} = cell.outcome
  const should = cell.expected ? 'policies allow it' : `policies deny it: ${cell.denied.join(', ')}`
  const closer = typed(lab, from, programFor(goal.call))
  return `${from} → ${goal.name}: ${came} (${said}), but ${should}\n    ${closer}\n`
}
