import {jsonReport} from './json.ts'
import {junitReport} from './junit.ts'
import {markdownReport} from './markdown.ts'
import type {Outcome} from './outcome.ts'
import {tapReport} from './tap.ts'

/** The forms of a report that is made once all is over, for programs and for files. To add one: a file beside this, a line here. */
export const reports = {
  json: ({lab, ...rest}) => jsonReport(lab, rest),
  junit: junitReport,
  tap: tapReport,
  markdown: markdownReport,
} satisfies Readonly<Record<string, (outcome: Outcome) => string>>

/** The name of such a form. */
export type ReportForm = keyof typeof reports
