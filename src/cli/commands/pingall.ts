import {connectLab} from '../../cluster/lab-client.ts'
import {chooseLab} from '../../cluster/running-labs.ts'
import {pingAll, totalsOf} from '../../exercise/pingall.ts'
import {pingAllJson, printPingAll} from '../../exercise/report/pingall.ts'
import {machineTime} from '../../exercise/time.ts'
import type {CommandRun} from '../command.ts'
import {exitCode} from '../exit-code.ts'
import {programName} from '../program-name.ts'

/** Calls every pod and Service of a running lab from every pod. */
export const run: CommandRun = async (_, {lab: name, json}, signal) => {
  const running = await chooseLab(name as string | undefined)
  const lab = await connectLab(running, {program: programName, named: name !== undefined})
  const started = machineTime.now()
  const all = await pingAll(lab, {signal, time: machineTime, timeoutMs: 2000})
  const milliseconds = machineTime.now() - started
  process.stdout.write(json ? pingAllJson(all, {lab, name: lab.lab.name}) : printPingAll(all, {lab, milliseconds}))
  const {reached, of} = totalsOf(all)
  return reached === of ? exitCode.good : exitCode.failed
}
