import type {CheckResult, ExerciseEvent} from '../events.ts'
import type {Paint} from './paint.ts'
import {explanation, printDuration, printPoints, printTotal} from './words.ts'

/** Where the cursor stands: at the start of a line, behind a title that will be written over, in a line of output. */
type Cursor = 'start' | 'output' | {readonly title: string}
type Shown = {readonly text: string; readonly cursor: Cursor}

/**
 * A tree that grows on a terminal. The line of a step that runs has no end yet and is written over when the step is done;
 * once there is output below it, it stays.
 */
export function terminalReport(paint: Paint): (event: ExerciseEvent) => string {
  let cursor: Cursor = 'start'
  return event => {
    const shown = show(event, cursor, paint)
    cursor = shown.cursor
    return shown.text
  }
}

function show(event: ExerciseEvent, cursor: Cursor, paint: Paint): Shown {
  switch (event.event) {
    case 'started':
    case 'checking':
      return {text: `${endLine(cursor)}├─ ${paint('dim', '…')} ${oneLine(event.title)}`, cursor: {title: event.title}}
    case 'output': {
      const start = typeof cursor === 'object' ? rewritten(cursor, `${paint('dim', '▸')} ${cursor.title}`) : ''
      const text = start + indent(event.text, cursor === 'output')
      return {text, cursor: event.text.endsWith('\n') ? 'start' : 'output'}
    }
    case 'done':
      if (typeof cursor !== 'object') return atStart(endLine(cursor))
      return atStart(rewritten(cursor, `${paint('green', '✔')} ${event.title} ${took(event.milliseconds, paint)}`))
    case 'failed':
      return atStart(rewritten(cursor, `${paint('red', '✘')} ${event.title}`) + indent(`${event.reason}\n`))
    case 'checked':
      return atStart(rewritten(cursor, checkLine(event.result, paint)) + reasons(event.result, paint))
    case 'graded':
      return atStart(`${endLine(cursor)}╰─ ${paint(event.grade.pass ? 'green' : 'red', printTotal(event.grade))}\n`)
  }
}

function atStart(text: string): Shown {
  return {text, cursor: 'start'}
}

function endLine(cursor: Cursor): string {
  return cursor === 'start' ? '' : '\n'
}

/** The line in place of the title that stands there, or below the output. */
function rewritten(cursor: Cursor, line: string): string {
  const start = typeof cursor === 'object' ? '\r\u001b[2K' : endLine(cursor)
  return `${start}├─ ${line.trimEnd().replaceAll('\n', '\n│    ')}\n`
}

function indent(text: string, continued = false): string {
  const lines = text.replace(/\n$/, '').split('\n')
  const shown = lines.map((line, index) => (continued && index === 0 ? line : `│    ${line}`)).join('\n')
  return text.endsWith('\n') ? `${shown}\n` : shown
}

function checkLine({title, points, verdict, milliseconds}: CheckResult, paint: Paint): string {
  const mark = verdict.pass ? paint('green', '✔') : paint('red', '✘')
  const worth = verdict.pass ? printPoints(points) : `0 of ${printPoints(points)}`
  return `${mark} ${title} ${paint('dim', `(${worth}, ${printDuration(milliseconds)})`)}`
}

function reasons(result: CheckResult, paint: Paint): string {
  return explanation(result)
    .map(([label, text]) => indent(`${paint('bold', `${label}:`)} ${text.replaceAll('\n', '\n  ')}\n`))
    .join('')
}

function took(milliseconds: number, paint: Paint): string {
  return paint('dim', `(${printDuration(milliseconds)})`)
}

/** The first line, short enough to fit into one of a terminal, as what is written over must. */
function oneLine(title: string): string {
  const [first = ''] = title.split('\n')
  return first.length > 70 ? `${first.slice(0, 69)}…` : first
}
