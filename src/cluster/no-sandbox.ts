import {readFacts} from './doctor/facts.ts'
import {machineOf} from './doctor/machine.ts'
import {diagnose, tryOut} from './doctor.ts'
import {probes} from './probes.ts'

/** Why this machine makes no sandbox, with the remedy; undefined when it does. Found out by making one. */
export async function explainNoSandbox(): Promise<string | undefined> {
  const probe = probes.find(({name}) => name === 'namespaces')
  if (probe === undefined || typeof probe.find === 'function') throw new Error('no probe makes a sandbox')
  const outcome = await tryOut(probe.find, {withinMs: 5000})
  if (outcome.able) return undefined
  const {said, remedies} = diagnose(probe, outcome, machineOf(await readFacts()))
  return [`this machine does not let you make a sandbox (${said || 'unshare failed'}).`, ...remedies].join('\n')
}
