import {connectLab} from '../../cluster/lab-client.ts'
import {chooseLab} from '../../cluster/running-labs.ts'
import {policyMatrix} from '../../exercise/policy-matrix.ts'
import {PortError, parsePort, type WantedPort} from '../../exercise/reach/wanted-ports.ts'
import {policyMatrixJson, printPolicyMatrix, totalsOf} from '../../exercise/report/policy-matrix.ts'
import {machineTime} from '../../exercise/time.ts'
import {type CommandRun, UsageError} from '../command.ts'
import {exitCode} from '../exit-code.ts'
import {programName} from '../program-name.ts'

/** Calls every pod of a running lab from every other, and compares what came of it with what NetworkPolicies say. */
export const run: CommandRun = async (_, {lab: name, namespace = [], port = [], output}, signal) => {
  const wish = {namespaces: namespace as readonly string[], ports: (port as readonly string[]).map(readPort)}
  const running = await chooseLab(name as string | undefined)
  const lab = await connectLab(running, {program: programName, named: name !== undefined})
  const started = machineTime.now()
  const matrix = await policyMatrix(lab, {signal, time: machineTime, timeoutMs: 1000}, wish)
  const milliseconds = machineTime.now() - started
  process.stdout.write(
    output === 'json' ? policyMatrixJson(matrix, {name: lab.lab.name}) : printPolicyMatrix(matrix, {lab, milliseconds}),
  )
  return totalsOf(matrix).wrong === 0 ? exitCode.good : exitCode.failed
}

function readPort(text: string): WantedPort {
  try {
    return parsePort(text)
  } catch (error) {
    if (error instanceof PortError) throw new UsageError(error.message)
    throw error
  }
}
