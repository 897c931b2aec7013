import type {LabHandle} from '../cluster/lab-handle.ts'
import type {Reporter} from '../exercise/events.ts'
import {gradeLab} from '../exercise/grade.ts'
import {jsonReport} from '../exercise/report/json.ts'
import {lineReport} from '../exercise/report/lines.ts'
import {coloured, plain} from '../exercise/report/paint.ts'
import {terminalReport} from '../exercise/report/terminal.ts'
import {exitCodeOf} from '../exercise/report/words.ts'
import {playScenario} from '../exercise/scenario.ts'
import {machineTime} from '../exercise/time.ts'

/** Plays a lab's scenario, if wanted, and grades it; prints progress and report, answers the exit code. */
export async function playAndGrade(
  lab: LabHandle,
  {scenario, json, signal}: {scenario: boolean; json: boolean; signal: AbortSignal},
): Promise<number> {
  const report = json ? () => undefined : reporter()
  const during = {time: machineTime, signal, report}
  const played = scenario ? await playScenario(lab, during) : undefined
  const grade = played?.pass === false ? undefined : await gradeLab(lab, during)
  if (json) process.stdout.write(jsonReport(lab.lab.name, {played, grade}))
  else if (played?.pass === false)
    process.stdout.write(
      `The scenario stopped at step ${played.failed.number} of ${played.steps}; nothing was graded.\n`,
    )
  return exitCodeOf({...(played && {played}), ...(grade && {grade})})
}

/* A tree that grows on a terminal, plain lines elsewhere; colours unless NO_COLOR asks for none. */
function reporter(): Reporter {
  const {isTTY} = process.stdout
  const paint = process.env.NO_COLOR ? plain : coloured
  const print = isTTY ? terminalReport(paint) : lineReport()
  return event => void process.stdout.write(print(event))
}
