import {readFacts} from './doctor/facts.ts'
import {machineOf} from './doctor/machine.ts'
import {diagnose, tryOut} from './doctor.ts'
import {type Probe, probes} from './probes.ts'

/** What this machine lacks; `code` says so to a scenario, which may then go on without it. */
export class LackingError extends Error {
  override readonly name = 'LackingError'
  readonly code = 'lacking'
}

/** Why kube-proxy cannot work in ipvs mode here, with the remedy; undefined when it can. Found out by doing what it does. */
export async function explainNoIpvs(): Promise<string | undefined> {
  const wanted = probes.filter(({name}) => ['dummy', 'ipset', 'ip_vs'].includes(name))
  const found = await Promise.all(wanted.map(async probe => ({probe, outcome: await outcomeOf(probe)})))
  const failed = found.filter(({outcome}) => !outcome.able)
  if (failed.length === 0) return undefined
  const machine = machineOf(await readFacts())
  const lines = failed.map(({probe, outcome}) => ({
    lack: `${probe.name} (${outcome.said})`,
    remedies: diagnose(probe, outcome, machine).remedies,
  }))
  return [
    `kube-proxy's ipvs mode wants what is not here: ${lines.map(({lack}) => lack).join(', ')}.`,
    ...new Set(lines.flatMap(({remedies}) => remedies)),
    'Or run it in a virtual machine that podlab boots: podlab vm --setup; podlab vm -- ./podlab run labs/proxy-ipvs',
  ].join('\n')
}

/**
 * Throws LackingError for a setting that this machine cannot have: kube-proxy would go on with the rules that it has, and nobody be told. A lab's
 * daemon cannot find out itself, as its sandbox hides what machine it is on.
 */
export async function refuseLacking(name: string, value: string): Promise<void> {
  if (name !== 'proxy' || value !== 'ipvs') return
  const reason = await explainNoIpvs()
  if (reason !== undefined) throw new LackingError(reason)
}

/** How long the kernel may take to load its modules, in ms: an emulated machine takes its time. */
const loadedWithin = 60_000

function outcomeOf({find}: Probe) {
  if (typeof find === 'function') throw new Error('this is found out by doing it')
  return tryOut(find, {withinMs: loadedWithin})
}
