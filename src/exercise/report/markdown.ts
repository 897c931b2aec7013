import {type Case, casesOf, type Outcome} from './outcome.ts'
import {printDuration, printPoints, printTotal} from './words.ts'

/** Markdown, for a pull request's comment or a job's summary: a table, and below it what checks have to say. */
export function markdownReport(outcome: Outcome): string {
  const cases = casesOf(outcome)
  const total = outcome.grade === undefined ? 'Nothing was graded.' : `${printTotal(outcome.grade)}.`
  const table = ['| | Check | Points | Time |\n', '|---|---|---:|---:|\n', ...cases.map(rowOf)].join('')
  const sections = cases.filter(({said}) => said.length > 0).map(sectionOf)
  return [`## ${plainText(outcome.lab)}\n`, `${total}\n`, ...(cases.length === 0 ? [] : [table]), ...sections].join(
    '\n',
  )
}

function rowOf({title, type, pass, points, milliseconds}: Case): string {
  const worth = pass ? printPoints(points) : `0 of ${points}`
  const cells =
    type === 'scenario'
      ? [markOf(pass), plainText(title), '', '']
      : [markOf(pass), plainText(title), worth, printDuration(milliseconds)]
  return `| ${cells.join(' | ')} |\n`
}

function sectionOf({title, pass, said}: Case): string {
  const parts = said.map(([label, text]) => `${label}:\n\n${fenced(text)}`)
  return `### ${markOf(pass)} ${plainText(title)}\n\n${parts.join('\n')}`
}

function markOf(pass: boolean): string {
  return pass ? '✅' : '❌'
}

/** A fence longer than any run of backticks inside. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}text\n${text}\n${fence}\n`
}

/** A text on one line in which nothing is markup: neither Markdown's nor HTML's. */
function plainText(text: string): string {
  return text
    .replace(/\s*[\n\r]\s*/g, ' ')
    .replace(/[\\`*_{}[\]()#+!|~]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .trim()
}
