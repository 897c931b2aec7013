import {accessSync, constants, writeFileSync} from 'node:fs'
import {dirname} from 'node:path'
import {type ReportForm, reports} from '../exercise/report/index.ts'
import type {Outcome} from '../exercise/report/outcome.ts'
import {type CommandOptions, UsageError} from './command.ts'
import {cannotWrite, type SinkError} from './sink.ts'

/** A report that was asked for: its form, and the file that it goes to; `-` is standard output. */
export type WantedReport = {readonly form: ReportForm; readonly file: string}

/** Reads `--report FORM=FILE`, as often as it stands there, and `--json`. Throws UsageError before anything is started. */
export function readReports({report = [], json}: CommandOptions): readonly WantedReport[] {
  const written = (report as readonly string[]).map(readReport)
  const wanted: readonly WantedReport[] = json === true ? [...written, {form: 'json', file: '-'}] : written
  if (wanted.filter(({file}) => file === '-').length > 1)
    throw new UsageError('only one report can go to standard output; give the others a file: --report junit=report.xml')
  return wanted
}

/** Writes the reports that were asked for; throws SinkError for one that could not be written, when the others are. */
export function writeReports(wanted: readonly WantedReport[], outcome: Outcome): void {
  const failures: SinkError[] = []
  for (const {form, file} of wanted) {
    const text = reports[form](outcome)
    if (file === '-') process.stdout.write(text)
    else
      try {
        writeFileSync(file, text)
      } catch (cause) {
        failures.push(cannotWrite(file, cause))
      }
  }
  if (failures[0]) throw failures[0]
}

function readReport(text: string): WantedReport {
  const [name = '', ...rest] = text.split('=')
  const file = rest.length === 0 ? '-' : rest.join('=')
  if (!isForm(name)) throw new UsageError(`there is no report "${name}"; there are ${Object.keys(reports).join(', ')}`)
  if (file === '')
    throw new UsageError(`which file? Type --report ${name}=FILE, or --report ${name} for standard output`)
  if (file !== '-') refuseUnwritable(file)
  return {form: name, file}
}

function isForm(name: string): name is ReportForm {
  return Object.hasOwn(reports, name)
}

function refuseUnwritable(file: string): void {
  try {
    accessSync(dirname(file), constants.W_OK)
  } catch (error) {
    throw new UsageError(`a report cannot be written to ${file}: ${error instanceof Error ? error.message : error}`)
  }
}
