import type {Outcome} from '../../cluster/dial.ts'
import type {LabHandle} from '../../cluster/lab-handle.ts'
import {typed} from '../command.ts'
import {type PingAll, totalsOf} from '../pingall.ts'
import {programFor} from '../reach/closer.ts'
import {printMatrix} from './print-matrix.ts'
import {printDuration} from './words.ts'

type Named = Pick<LabHandle, 'program' | 'option'>

/** Failed calls that are shown with the command to look closer. */
const mostShown = 10
/** The matrix as people read it: the table, what failed and how to look closer, what was left out, and the total. */
export function printPingAll(
  all: PingAll,
  {lab, milliseconds}: {readonly lab: Named; readonly milliseconds: number},
): string {
  const {reached, of} = totalsOf(all)
  const failed = failuresOf(all, lab)
  const lines = [
    ...failed
      .slice(0, mostShown)
      .map(({from, to, came, said, command}) => `${from} → ${to}: ${came} (${said})\n    ${command}\n`),
    ...(failed.length > mostShown ? [`... and ${failed.length - mostShown} more\n`] : []),
    ...all.left.map(text => `not tried: ${text}\n`),
  ]
  return `${printMatrix(all, {word: wordOf, mark: markOf})}\n${lines.join('')}${reached} of ${of} reached (${printDuration(milliseconds)})\n`
}

/** The matrix for programs: every call with what came of it, those that failed with the command to look closer, the total. */
export function pingAllJson(all: PingAll, {lab, name}: {readonly lab: Named; readonly name: string}): string {
  const {reached, of} = totalsOf(all)
  const report = {
    lab: name,
    pass: reached === of,
    reached,
    of,
    calls: callsOf(all).map(({from, goal, outcome}) => ({from, to: goal.name, ...outcome})),
    failed: failuresOf(all, lab),
    notTried: all.left,
  }
  return `${JSON.stringify(report, null, 2)}\n`
}

function wordOf(outcome: Outcome | undefined): string {
  if (outcome === undefined) return '·'
  return outcome.came === 'answered' ? 'ok' : `✘ ${outcome.came}`
}

function markOf(outcome: Outcome | undefined): string {
  if (outcome === undefined) return '·'
  return outcome.came === 'answered' ? '✔' : '✘'
}

function callsOf({from, goals, cells}: PingAll) {
  return from.flatMap((place, row) =>
    goals.flatMap((goal, column) => {
      const outcome = cells[row]?.[column]
      return outcome === undefined ? [] : [{from: place, goal, outcome}]
    }),
  )
}

function failuresOf(all: PingAll, lab: Named) {
  return callsOf(all)
    .filter(({outcome}) => outcome.came !== 'answered')
    .map(({from, goal, outcome: {came, said}}) => {
      return {from, to: goal.name, came, said, command: typed(lab, from, programFor(goal.call))}
    })
}
