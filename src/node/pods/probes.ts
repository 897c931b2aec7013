import type {Container} from '../../objects/container.ts'
import {type Probe, type ProbeKind, probeKinds, probeOf} from '../../objects/probe.ts'
import type {AskAnswer} from '../runtime/ask.ts'
import {probeResult, questionOf} from './action.ts'
import {type ContainerPlace, changeContainer, containerAt, idOf, type PodTable, report} from './pod-table.ts'
import {beginProbe, judge, type ProbeResult, type ProbeVerdict} from './probe-state.ts'
import {stopContainer} from './stop.ts'
import {failedProbe, tellOf, unhealthy} from './story.ts'

/** A container's present life, as its probes see it. */
type Probed = ContainerPlace & {
  readonly container: Container
  readonly startedAt: number
  /** Aborted when the process has ended. */
  readonly signal: AbortSignal
}

/** Begins to probe a container whose process has just started; that goes on by itself until the process ends. */
export function startProbes(table: PodTable, at: ContainerPlace, container: Container): void {
  const process = table.processes.get(idOf(at))
  if (!process) return
  const signal = AbortSignal.any([process.signal, table.context.signal])
  const probed: Probed = {...at, container, startedAt: table.context.elapsed(), signal}
  for (const kind of container.startupProbe ? (['startup'] as const) : laterKinds) startProbe(table, probed, kind)
}

const laterKinds = probeKinds.filter(kind => kind !== 'startup')

function startProbe(table: PodTable, probed: Probed, kind: ProbeKind): void {
  const probe = probeOf(probed.container, kind)
  if (probe) table.background(keepAsking(table, probed, {kind, probe}))
}

type Asking = {readonly kind: ProbeKind; readonly probe: Probe}

/* A pod that is being ended is no more started again for what it answers; whether it is ready is still of interest. */
async function keepAsking(table: PodTable, probed: Probed, {kind, probe}: Asking): Promise<void> {
  const {elapsed, after} = table.context
  const {signal, startedAt, uid} = probed
  let state = beginProbe(kind, probe, {startedAt, now: elapsed()})
  while (state.next !== undefined) {
    const delay = state.next - elapsed()
    if (delay > 0) await after(delay, signal)
    if (signal.aborted || (kind !== 'readiness' && table.ends.has(uid))) return
    const {result, said} = await ask(table, probed, probe)
    if (signal.aborted) return
    if (result !== 'success') tellOf(table, probed, unhealthy(complaintOf(kind, result, said)))
    const judged = judge(state, probe, {result, now: elapsed()})
    state = judged.state
    changeContainer(table, probed, ({complaint, ...life}) => {
      if (kind === 'liveness') return complaint === undefined ? life : {...life, complaint}
      return result === 'success' ? life : {...life, complaint: complaintOf(kind, result, said)}
    })
    await conclude(table, probed, {kind, probe, verdict: judged.verdict, said: complaintOf(kind, result, said)})
  }
}

async function ask(
  table: PodTable,
  at: Probed,
  probe: Probe,
): Promise<{readonly result: ProbeResult; readonly said: string}> {
  const {runtime, pid: nodePid} = table.context
  const sandbox = table.lives.get(at.uid)?.sandbox
  const process = containerAt(table, at)?.process
  if (!sandbox || !process) return {result: 'error', said: 'the container is gone'}
  const place = {container: at.container, process, sandbox, nodePid}
  const question = questionOf(probe, place, (probe.timeoutSeconds ?? 1) * 1000)
  if ('error' in question) return {result: 'error', said: question.error}
  const answer = await runtime
    .ask(question, at.signal)
    .catch((error: Error): AskAnswer => ({came: 'error', said: error.message}))
  return probeResult(probe, answer)
}

function complaintOf(kind: ProbeKind, result: ProbeResult, said: string): string {
  const word = {startup: 'Startup', readiness: 'Readiness', liveness: 'Liveness'}[kind]
  return `${word} probe ${result === 'error' ? 'errored' : 'failed'}: ${said}`
}

type Conclusion = Asking & {readonly verdict: ProbeVerdict; readonly said: string}

async function conclude(table: PodTable, probed: Probed, {kind, probe, verdict, said}: Conclusion): Promise<void> {
  const {log} = table.context
  const about = {uid: probed.uid, container: probed.name}
  switch (verdict) {
    case 'none':
      return
    case 'started':
      log.info(about, 'container has started')
      changeContainer(table, probed, life => ({...life, started: true, ready: !probed.container.readinessProbe}))
      for (const later of laterKinds) startProbe(table, probed, later)
      return report(table, probed.uid)
    case 'ready':
    case 'unready':
      log.info(verdict === 'ready' ? about : {...about, said}, `container is ${verdict === 'ready' ? '' : 'not '}ready`)
      changeContainer(table, probed, life => ({...life, ready: verdict === 'ready'}))
      return report(table, probed.uid)
    case 'restart': {
      log.warn({...about, said}, `container failed ${kind} probe, will be stopped`)
      const pod = table.lives.get(probed.uid)?.pod
      const grace = probe.terminationGracePeriodSeconds ?? pod?.spec.terminationGracePeriodSeconds ?? 30
      changeContainer(table, probed, life => ({...life, again: true, complaint: said}))
      const why = failedProbe(probed.name, kind)
      return stopContainer(table, probed, {graceMs: Math.max(grace, 1) * 1000, cut: table.context.signal, why})
    }
  }
}
