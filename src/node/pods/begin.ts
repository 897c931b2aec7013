import type {Pod} from '../../objects/pod.ts'
import {dnsWarnings} from './files.ts'
import type {PodLife} from './pod-life.ts'
import {changeContainer, isKept, type PodTable, report, uidOf} from './pod-table.ts'
import {madeAnew} from './remake.ts'
import {startPods} from './start.ts'
import {failedMount, tellOfPod} from './story.ts'
import {takeUp} from './take-up.ts'

/**
 * Begins the lives of new pods. Those whose volumes can be had start together; each of the others waits by itself, without namespaces and
 * address, until what it lacks is there.
 */
export async function beginPods(table: PodTable, pods: readonly Pod[]): Promise<void> {
  const lives = pods.map(pod => takeUp(pod, table.context.now()))
  for (const life of lives) table.lives.set(uidOf(life.pod), life)
  const outcomes = await Promise.all(lives.map(async life => ({life, failures: await setUp(table, life)})))
  for (const {life, failures} of outcomes)
    if (failures.length > 0) table.background(awaitVolumes(table, uidOf(life.pod), failures))
  const ready = outcomes.filter(({failures}) => failures.length === 0).map(({life}) => life)
  const kept = ready.filter(({pod}) => isKept(table, uidOf(pod)))
  for (const {pod} of kept) warnOfDns(table, pod)
  if (kept.length > 0) await startPods(table, kept)
}

/* Whatever stands in a node's own file, only a pod that asks for more than the cluster's server can ask for too much. */
function warnOfDns(table: PodTable, pod: Pod): void {
  if (!pod.spec.dnsConfig) return
  const {serviceRange, readFile: nodeFile} = table.context
  for (const message of dnsWarnings(pod, {serviceRange, nodeFile}))
    tellOfPod(table, pod, {type: 'Warning', reason: 'DNSConfigForming', message})
}

async function setUp({volumes}: PodTable, {pod}: PodLife): Promise<readonly string[]> {
  try {
    return await volumes.setUp(pod)
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)]
  }
}

/* It is tried again when something that the pod names changes, and after a while that doubles each time. */
async function awaitVolumes(table: PodTable, uid: string, first: readonly string[]): Promise<void> {
  const {after, signal, log} = table.context
  let failures = first
  for (let delay = 500; failures.length > 0; delay = Math.min(delay * 2, longestDelayMs)) {
    log.warn({uid, failures}, 'volumes not set up')
    tell(table, uid, failures)
    say(table, uid, failures.join('; '))
    await report(table, uid)
    const over = new AbortController()
    await Promise.race([after(delay, AbortSignal.any([over.signal, signal])), table.volumes.changed(uid, over.signal)])
    over.abort()
    const life = table.lives.get(uid)
    if (signal.aborted || !life || !isKept(table, uid)) return
    failures = await setUp(table, life)
  }
  say(table, uid, undefined)
  while (isKept(table, uid) && !signal.aborted) {
    if (await madeAnew(table, uid)) return
    await after(retryAfterMs, signal)
  }
}

const longestDelayMs = 122_000
const retryAfterMs = 5000

function tell(table: PodTable, uid: string, failures: readonly string[]): void {
  const pod = table.lives.get(uid)?.pod
  if (pod) for (const failure of failures) tellOfPod(table, pod, failedMount(failure))
}

function say(table: PodTable, uid: string, message: string | undefined): void {
  for (const name of Object.keys(table.lives.get(uid)?.containers ?? {}))
    changeContainer(table, {uid, name}, life => {
      const {message: _, ...waiting} = life.state.waiting ?? {}
      return {...life, state: {waiting: {...waiting, ...(message !== undefined && {message})}}}
    })
}
