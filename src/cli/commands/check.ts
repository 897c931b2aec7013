import {connectLab} from '../../cluster/lab-client.ts'
import {chooseLab} from '../../cluster/running-labs.ts'
import type {CommandRun} from '../command.ts'
import {runningName} from '../find-lab.ts'
import {patienceOf} from '../patience.ts'
import {playAndGrade} from '../play.ts'
import {programName} from '../program-name.ts'
import {readReports} from '../report-options.ts'

/** Grades a running lab as it is; its scenario is not played. */
export const run: CommandRun = async ([word], options, signal) => {
  const [reports, patience] = [readReports(options), patienceOf(options)]
  const running = await chooseLab(await runningName(word), 'podlab check NAME')
  const lab = await connectLab(running, {program: programName, named: word !== undefined})
  return playAndGrade(lab, {scenario: false, reports, patience, signal})
}
