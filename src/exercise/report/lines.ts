import type {ExerciseEvent} from '../events.ts'
import {explanation, printDuration, printPoints, printTotal} from './words.ts'

/** Plain lines, for files and pipes: nothing is written over, nothing is coloured. */
export function lineReport(): (event: ExerciseEvent) => string {
  let inLine = false
  return event => {
    const start = inLine && event.event !== 'output' ? '\n' : ''
    const text = start + show(event, inLine)
    inLine = event.event === 'output' && !event.text.endsWith('\n')
    return text
  }
}

function show(event: ExerciseEvent, inLine: boolean): string {
  switch (event.event) {
    case 'started':
      return `[${event.number}/${event.of}] ${event.title.trimEnd().replaceAll('\n', '\n      ')}\n`
    case 'output':
      return indent(event.text, inLine)
    case 'failed':
      return `FAILED ${event.title}\n${indent(`${event.reason}\n`)}`
    case 'checked': {
      const {title, points, verdict, milliseconds} = event.result
      const line = `${verdict.pass ? 'passed' : 'FAILED'} ${title} (${verdict.pass ? '' : '0 of '}${printPoints(points)}, ${printDuration(milliseconds)})\n`
      const reasons = explanation(event.result).map(([label, text]) => `${label}: ${text}\n`)
      return line + reasons.map(reason => indent(reason)).join('')
    }
    case 'graded':
      return `${printTotal(event.grade)}\n`
    case 'done':
    case 'checking':
      return ''
  }
}

function indent(text: string, continued = false): string {
  const shown = text.replace(/\n$/, '').replaceAll('\n', '\n      ')
  return `${continued ? '' : '      '}${shown}${text.endsWith('\n') ? '\n' : ''}`
}
