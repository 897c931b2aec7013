import {setTimeout} from 'node:timers/promises'
import type {LabHandle} from '../cluster/lab-handle.ts'
import type {Reporter} from '../exercise/events.ts'
import {gradeLab} from '../exercise/grade.ts'
import {lineReport} from '../exercise/report/lines.ts'
import {coloured, plain} from '../exercise/report/paint.ts'
import {terminalReport} from '../exercise/report/terminal.ts'
import {exitCodeOf} from '../exercise/report/words.ts'
import {playScenario} from '../exercise/scenario.ts'
import {machineTime} from '../exercise/time.ts'
import {type WantedReport, writeReports} from './report-options.ts'

/**
 * Plays a lab's scenario, if wanted, and grades it; prints progress, writes the reports, answers the exit code. Progress is not
 * shown when a report goes to standard output, which is then the report and nothing else.
 */
export async function playAndGrade(
  lab: LabHandle,
  {
    scenario,
    reports,
    patience,
    signal,
  }: {scenario: boolean; reports: readonly WantedReport[]; patience: number; signal: AbortSignal},
): Promise<number> {
  const quiet = reports.some(({file}) => file === '-')
  const during = {time: machineTime, signal, patience, report: quiet ? () => undefined : reporter()}
  const played = scenario ? await playScenario(lab, during) : undefined
  const grade = played?.pass === false ? undefined : await gradeLab(lab, during)
  if (played?.pass === false || grade?.pass === false) await noticeInterrupt(signal)
  if (!quiet && played?.pass === false)
    process.stdout.write(
      `The scenario stopped at step ${played.failed.number} of ${played.steps}; nothing was graded.\n`,
    )
  writeReports(reports, {lab: lab.lab.name, played, grade})
  return exitCodeOf({...(played && {played}), ...(grade && {grade})})
}

/*
 * A Ctrl-C reaches the program that a step runs as well as podlab, and the program's end may be heard of first: what looks like a
 * failure then is none.
 */
async function noticeInterrupt(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await setTimeout(50, undefined, {signal}).catch(() => undefined) // aborted: thrown below
  signal.throwIfAborted()
}

/* A tree that grows on a terminal, plain lines elsewhere; colours unless NO_COLOR asks for none. */
function reporter(): Reporter {
  const {isTTY} = process.stdout
  const paint = process.env.NO_COLOR ? plain : coloured
  const print = isTTY ? terminalReport(paint) : lineReport()
  return event => void process.stdout.write(print(event))
}
