import type {z} from 'zod'
import type {Outcome} from '../../cluster/dial.ts'
import type {LabHandle} from '../../cluster/lab-handle.ts'
import {checked} from '../../lab/shape.ts'
import {parseTarget} from '../../lab/targets.ts'
import {type Check, type Finding, parameters} from '../check.ts'
import {callTimeout, glimpse, type Limits, typed, typedCommand} from '../command.ts'
import {placesOf} from '../places.ts'
import {programFor} from '../reach/closer.ts'
import {dialAll} from '../reach/dial-all.ts'
import {type Goal, goalsOf, parseGoal} from '../reach/goals.ts'
import {parseMatrix, printCells, type Wish} from '../reach/matrix-table.ts'

const form = parameters({
  table: checked(checkTable, 'from        service/kubia:80  node/master:81\npod/client  yes               no').describe(
    'A first line with the word from and goals (service/NAME:PORT, pod/NAME:PORT, pod/LABEL=VALUE, node/NAME, ADDRESS:PORT), then a line for each place that calls, with yes, no or - for each goal',
  ),
})

type Parameters = z.infer<typeof form>

/** Who reaches whom, as a table. A selector stands for all its ready pods: yes means that each of them does, no that none does. */
export const matrix: Check<Parameters> = {
  summary: 'Who reaches whom, as a table',
  parameters: form,
  targets: [],
  again: 'after a pause',
  expected: () => 'every cell as the table says',
  look: lookOnce,
}

/** One call of a cell, and what came of it. */
type Try = {readonly from: string; readonly goal: Goal; readonly outcome: Outcome | undefined}
type Cell = {readonly wish: Wish; readonly tries: readonly Try[]}
type Row = {readonly from: string; readonly cells: readonly Cell[]}

async function lookOnce({table}: Parameters, lab: LabHandle, limits: Limits): Promise<Finding> {
  const {to, rows} = parseMatrix(table)
  const goals = await Promise.all(to.map(text => goalsOf(text, lab, limits)))
  const places = await Promise.all(rows.map(({from}) => placesOf(from, lab)))
  const planned = rows.map(({from, cells}, row) => ({
    from,
    cells: cells.map((wish, column) => ({
      wish,
      tries: wish === '-' ? [] : pairs(places[row] ?? [], goals[column] ?? []),
    })),
  }))
  return verdict(to, await tryAll(planned, lab, limits), lab)
}

type Pair = Omit<Try, 'outcome'>

/** A pod's way to itself says nothing about the network. */
function pairs(places: readonly string[], goals: readonly Goal[]): readonly Pair[] {
  return places.flatMap(from => goals.filter(({place}) => place !== from).map(goal => ({from, goal})))
}

type Planned = {
  readonly from: string
  readonly cells: readonly {readonly wish: Wish; readonly tries: readonly Pair[]}[]
}

/** Makes all the calls, those of one place together. */
async function tryAll(rows: readonly Planned[], lab: LabHandle, limits: Limits): Promise<readonly Row[]> {
  const all = rows.flatMap(({cells}) => cells.flatMap(({tries}) => tries))
  const calling = [...Map.groupBy(all, ({from}) => from)]
  const outcomes = await dialAll(
    lab,
    calling.map(([from, own]) => ({from, goals: own.map(({goal}) => goal)})),
    {signal: limits.signal, timeoutMs: callTimeout(limits)},
  )
  const came = new Map(calling.flatMap(([, own], row) => own.map((pair, index) => [pair, outcomes[row]?.[index]])))
  return rows.map(({from, cells}) => ({
    from,
    cells: cells.map(({wish, tries}) => ({wish, tries: tries.map(pair => ({...pair, outcome: came.get(pair)}))})),
  }))
}

function verdict(to: readonly string[], rows: readonly Row[], lab: LabHandle): Finding {
  const wrong = rows.flatMap(({cells}) => cells.flatMap(wrongTries))
  const shown = printCells([['from', ...to], ...rows.map(({from, cells}) => [from, ...cells.map(printCell)])])
  const reasons = wrong.map(({from, goal, outcome}) => `${from} → ${goal.name}: ${outcome?.came} (${outcome?.said})`)
  const [first] = wrong
  return {
    holds: wrong.length === 0,
    seen: [shown.trimEnd(), ...(first === undefined ? [] : [glimpse(reasons.join('\n'))])].join('\n'),
    command:
      first === undefined ? typedCommand(lab, 'pingall', []) : typed(lab, first.from, programFor(first.goal.call)),
  }
}

function wrongTries({wish, tries}: Cell): readonly Try[] {
  return tries.filter(one => (wish === 'yes') !== isAnswered(one))
}

function isAnswered({outcome}: Try): boolean {
  return outcome?.came === 'answered'
}

/** `yes`, `no`, or how many of several; with a mark when it is wrong. */
function printCell(cell: Cell): string {
  const {wish, tries} = cell
  if (wish === '-' || tries.length === 0) return '-'
  const reached = tries.filter(isAnswered).length
  const some = reached === tries.length ? 'yes' : `${reached} of ${tries.length}`
  const answer = reached === 0 ? 'no' : some
  return wrongTries(cell).length === 0 ? answer : `✘ ${answer}`
}

function checkTable(text: string): void {
  const {to, rows} = parseMatrix(text)
  for (const goal of to) parseGoal(goal)
  for (const {from} of rows) parseTarget(from)
}
