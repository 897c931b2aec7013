import {connectLab} from '../../cluster/lab-client.ts'
import {readState} from '../../cluster/session.ts'
import {bringUp, notReady} from '../bring-up.ts'
import type {CommandRun} from '../command.ts'
import {exitCode} from '../exit-code.ts'
import {patienceOf} from '../patience.ts'
import {playAndGrade} from '../play.ts'
import {programName} from '../program-name.ts'
import {readReports} from '../report-options.ts'
import {settingsOf} from '../set-option.ts'

/** Brings a lab up, plays its scenario, grades it, and takes it down, whatever happens. */
export const run: CommandRun = async ([word], options, signal) => {
  const {keep} = options
  const [reports, patience] = [readReports(options), patienceOf(options)]
  const up = await bringUp(word, {settings: settingsOf(options), patience, signal})
  const {session} = up.started
  try {
    if (up.waitingFor.length > 0) {
      process.stderr.write(notReady(up))
      return exitCode.failed
    }
    const state = readState(session)
    if (!state) throw new Error(`${session.stateFile} is gone`)
    return await playAndGrade(await connectLab({session, state}, {program: programName, named: false}), {
      scenario: true,
      reports,
      patience,
      signal,
    })
  } finally {
    if (keep && !signal.aborted) up.started.letGo()
    else await up.started.stop()
  }
}
