import test from 'ava'
import type {CheckResult, ExerciseEvent} from '../../../src/exercise/events.ts'
import {gradeOf} from '../../../src/exercise/grade.ts'
import {jsonReport} from '../../../src/exercise/report/json.ts'
import {lineReport} from '../../../src/exercise/report/lines.ts'
import {coloured, plain} from '../../../src/exercise/report/paint.ts'
import {terminalReport} from '../../../src/exercise/report/terminal.ts'
import {exitCodeOf} from '../../../src/exercise/report/words.ts'

const good: CheckResult = {
  title: 'The client gets through',
  type: 'reaches',
  points: 2,
  milliseconds: 12.3,
  verdict: {pass: true, expected: 'an answer', seen: 'hello', command: './podlab exec pod/a -- curl x', attempts: 1},
}
const bad: CheckResult = {
  ...good,
  title: 'Every pod answers',
  points: 1,
  milliseconds: 5040,
  verdict: {
    pass: false,
    expected: 'each pod',
    seen: 'a 3×\nb 0×',
    command: './podlab exec pod/a -- curl x',
    attempts: 7,
  },
}

const events: readonly ExerciseEvent[] = [
  {event: 'started', number: 1, of: 3, title: 'Create'},
  {event: 'done', number: 1, title: 'Create', milliseconds: 8},
  {event: 'started', number: 2, of: 3, title: 'curl'},
  {event: 'output', number: 2, text: "You've"},
  {event: 'output', number: 2, text: ' hit a\nbye\n'},
  {event: 'done', number: 2, title: 'curl', milliseconds: 8},
  {event: 'started', number: 3, of: 3, title: 'curl again'},
  {event: 'output', number: 3, text: 'no newline'},
  {event: 'failed', number: 3, title: 'curl again', reason: 'it ended\nwith code 7'},
  {event: 'checking', number: 1, of: 2, title: good.title},
  {event: 'checked', number: 1, result: good},
  {event: 'checking', number: 2, of: 2, title: bad.title},
  {event: 'checked', number: 2, result: bad},
  {event: 'graded', grade: gradeOf([good, bad])},
]

/** What stands on a terminal in the end: a carriage return with an erased line writes over. */
function onTerminal(text: string): string {
  const erased = '\r\u001b[2K'
  return text
    .split('\n')
    .map(line => line.split(erased).at(-1))
    .join('\n')
}

test('a terminal shows a tree', t => {
  t.is(
    onTerminal(events.map(terminalReport(plain)).join('')),
    `├─ ✔ Create (8 ms)
├─ ▸ curl
│    You've hit a
│    bye
├─ ▸ curl again
│    no newline
├─ ✘ curl again
│    it ended
│    with code 7
├─ ✔ The client gets through (2 points, 12 ms)
├─ ✘ Every pod answers (0 of 1 point, 5.0 s)
│    expected: each pod
│    seen: a 3×
│      b 0× (7 tries)
│    see it yourself: ./podlab exec pod/a -- curl x
╰─ 2 of 3 points, 1 of 2 checks passed
`,
  )
})

test('what is written over never fills more than a line', t => {
  const text = terminalReport(plain)({event: 'started', number: 1, of: 1, title: `${'long '.repeat(50)}\nsecond line`})
  t.true(text.length < 80)
  t.false(text.includes('\n'))
})

test('there are no colours unless they are asked for', t => {
  const escapes = (text: string) => text.includes('\u001b[3')
  t.false(escapes(events.map(terminalReport(plain)).join('')))
  t.true(escapes(events.map(terminalReport(coloured)).join('')))
})

test('a file gets plain lines', t => {
  t.is(
    events.map(lineReport()).join(''),
    `[1/3] Create
[2/3] curl
      You've hit a
      bye
[3/3] curl again
      no newline
FAILED curl again
      it ended
      with code 7
passed The client gets through (2 points, 12 ms)
FAILED Every pod answers (0 of 1 point, 5.0 s)
      expected: each pod
      seen: a 3×
      b 0× (7 tries)
      see it yourself: ./podlab exec pod/a -- curl x
2 of 3 points, 1 of 2 checks passed
`,
  )
})

test('a program gets one JSON object', t => {
  const report = JSON.parse(jsonReport('kubia', {played: {pass: true, steps: 3}, grade: gradeOf([good, bad])}))
  t.like(report, {lab: 'kubia', pass: false, scenario: {pass: true, steps: 3}, grade: {points: 2, of: 3}})
  t.deepEqual(report.grade.results[1], bad)
})

test('the exit code is 0 only when the scenario went through and every check passed', t => {
  const failed = {pass: false, steps: 1, failed: {number: 1, title: 'a', reason: 'b'}} as const
  t.is(exitCodeOf({played: {pass: true, steps: 1}, grade: gradeOf([good])}), 0)
  t.is(exitCodeOf({grade: gradeOf([])}), 0)
  t.is(exitCodeOf({played: {pass: true, steps: 1}, grade: gradeOf([good, bad])}), 1)
  t.is(exitCodeOf({played: failed, grade: gradeOf([good])}), 1)
  t.is(exitCodeOf({played: failed}), 1)
})
