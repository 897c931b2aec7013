import {type Case, casesOf, type Outcome} from './outcome.ts'

/**
 * The Test Anything Protocol, version 14: a plan, a line for the scenario and each check, and below a line what it has to say as YAML.
 * Texts stand as JSON strings, which YAML reads as they are.
 */
export function tapReport(outcome: Outcome): string {
  const cases = casesOf(outcome)
  const plan = `1..${cases.length}${cases.length === 0 ? ' # SKIP nothing to play or to check' : ''}`
  return ['TAP version 14', plan, ...cases.flatMap(linesOf)].map(line => `${line}\n`).join('')
}

function linesOf({title, type, pass, points, milliseconds, said}: Case, index: number): readonly string[] {
  return [
    `${pass ? 'ok' : 'not ok'} ${index + 1} - ${escapeTitle(title)}`,
    '  ---',
    `  type: ${JSON.stringify(type)}`,
    `  points: ${points}`,
    `  duration_ms: ${milliseconds.toFixed(3)}`,
    ...said.map(([label, text]) => `  ${JSON.stringify(label)}: ${JSON.stringify(text)}`),
    '  ...',
  ]
}

/* A # begins a directive (# SKIP, # TODO) unless it is escaped; a title has one line. */
function escapeTitle(title: string): string {
  return title
    .replace(/[\\#]/g, '\\$&')
    .replace(/\s*[\n\r\u2028\u2029]\s*/g, ' ')
    .trim()
}

/** One line of a TAP document with its facts. */
export type TapLine = {
  readonly pass: boolean
  readonly title: string
  readonly facts: Readonly<Record<string, unknown>>
}

/** Text that is not TAP as `tapReport` writes it. */
export class TapError extends Error {
  override readonly name = 'TapError'
}

/** Reads what `tapReport` wrote; throws TapError. */
export function parseTap(text: string): readonly TapLine[] {
  const [version, plan = '', ...lines] = text.split('\n')
  if (version !== 'TAP version 14') throw new TapError(`expected "TAP version 14", not "${version}"`)
  const read: TapLine[] = []
  for (const line of lines) {
    const [, not, title] = /^(not )?ok \d+ - (.*)$/.exec(line) ?? []
    if (title !== undefined) read.push({pass: not === undefined, title: title.replace(/\\([\\#])/g, '$1'), facts: {}})
    else if (!['', '  ---', '  ...'].includes(line)) addFact(read.pop(), line, read)
  }
  if (!plan.startsWith(`1..${read.length}`)) throw new TapError(`the plan says ${plan}, there are ${read.length} lines`)
  return read
}

function addFact(last: TapLine | undefined, line: string, read: TapLine[]): void {
  const [, key, value = ''] = /^ {2}("(?:\\.|[^"\\])*"|\w+): (.*)$/.exec(line) ?? []
  if (last === undefined || key === undefined) throw new TapError(`no line of TAP: "${line}"`)
  const name: string = key.startsWith('"') ? JSON.parse(key) : key
  read.push({...last, facts: {...last.facts, [name]: JSON.parse(value)}})
}
