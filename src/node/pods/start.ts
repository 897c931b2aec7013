import type {Container, EphemeralContainer} from '../../objects/container.ts'
import {ContainerError} from './container-error.ts'
import {containerSpec} from './container-spec.ts'
import {runHook} from './hooks.ts'
import {notStarted, secondTry} from './not-started.ts'
import {
  allContainers,
  backOff,
  begun,
  type ContainerLife,
  dueContainers,
  findContainer,
  isRestarted,
  type PodLife,
  running,
  type Sandbox,
} from './pod-life.ts'
import {
  type ContainerPlace,
  changeContainer,
  containerAt,
  idOf,
  isKept,
  type PodTable,
  report,
  uidOf,
} from './pod-table.ts'
import {startProbes} from './probes.ts'
import {makeSandboxes} from './sandbox.ts'
import {stopContainer} from './stop.ts'
import {
  backOffPulling,
  backOffRestarting,
  created,
  failedHook,
  failedSandbox,
  failedStart,
  fullNameOf,
  pulled,
  started,
  tellOf,
  tellOfPod,
} from './story.ts'
import {surroundingsOf} from './surroundings.ts'

/** Pods that were given no namespaces or no network; they are worth another try. */
export class PodError extends Error {
  override readonly name = 'PodError'
}

/**
 * Starts new pods together: their namespaces, then the network of all in one batch, then their containers. Throws PodError for those
 * that could not be given a sandbox, when all others run; it has forgotten them, so that they are new the next time.
 */
export async function startPods(table: PodTable, lives: readonly PodLife[]): Promise<void> {
  const outcomes = await makeSandboxes(table, lives)
  await Promise.all(outcomes.map(outcome => ('error' in outcome ? giveUp(table, outcome) : startPod(table, outcome))))
  const failed = outcomes.filter(outcome => 'error' in outcome)
  if (failed.length > 0) throw new PodError(failed.map(sayWhyNot).join('\n'), {cause: failed[0]?.error})
}

/** Starts the containers of a pod that has its sandbox. Those that may take long, to initialise or to start, go on by themselves. */
export async function startPod(table: PodTable, {life, sandbox}: {life: PodLife; sandbox: Sandbox}): Promise<void> {
  const uid = uidOf(life.pod)
  table.lives.set(uid, {...life, sandbox})
  const isQuick = allContainers(life.pod).every(({lifecycle}) => !lifecycle?.postStart) && !life.pod.spec.initContainers
  const starting = advance(table, uid)
  if (isQuick) await starting
  else table.background(starting)
}

async function giveUp(table: PodTable, {life, error}: {life: PodLife; error: Error}): Promise<void> {
  const uid = uidOf(life.pod)
  tellOfPod(table, life.pod, failedSandbox(error))
  for (const name of Object.keys(life.containers))
    changeContainer(table, {uid, name}, container => ({
      ...container,
      state: {waiting: {...container.state.waiting, message: error.message}},
    }))
  await report(table, uid)
  table.lives.delete(uid)
}

function sayWhyNot({life: {pod}, error}: {life: PodLife; error: Error}): string {
  return `pod ${pod.metadata.namespace}/${pod.metadata.name}: ${error.message}`
}

/** Starts the containers whose turn it is, one after the other: the postStart hook of one holds back those that follow. */
export async function advance(table: PodTable, uid: string): Promise<void> {
  const life = table.lives.get(uid)
  for (const name of life ? dueContainers(life) : []) await startContainer(table, {uid, name})
  await report(table, uid)
}

/** Starts ephemeral containers that a running pod has been given. */
export async function startEphemeral(table: PodTable, uid: string, names: readonly string[]): Promise<void> {
  const life = table.lives.get(uid)
  if (life) await table.volumes.setUp(life.pod) // their variables may come from what nobody else in the pod names
  for (const name of names) await startContainer(table, {uid, name})
  await report(table, uid)
}

/** Starts one container; what keeps it from starting becomes its state. One whose pod is ended meanwhile does not live on. */
async function startContainer(table: PodTable, at: ContainerPlace): Promise<void> {
  const {runtime, now, log} = table.context
  const life = table.lives.get(at.uid)
  const container = life && findContainer(life.pod, at.name)
  if (!life?.sandbox || life.sandbox.lost || !container || !isKept(table, at.uid)) return
  const about = {pod: life.pod.metadata.name, container: at.name}
  try {
    const surroundings = {...surroundingsOf(table, life.pod, life.sandbox), ...processesOf(life, container)}
    const spec = containerSpec(life.pod, container, surroundings)
    const pid = await runtime.start(spec)
    if (!isKept(table, at.uid)) return await runtime.end(spec.id, 'SIGKILL')
    table.processes.set(spec.id, new AbortController())
    const {environment, workingDirectory} = spec
    const process = {pid, startedAt: now(), environment, workingDirectory}
    changeContainer(table, at, before => begun(before, {container, process}))
    log.info({...about, pid, argv: spec.argv}, 'container started')
    tellOf(table, at, pulled(container), created(container), started(container))
    if (await isPostStarted(table, at, container)) startProbes(table, at, container)
  } catch (error) {
    log.warn({...about, err: error}, 'container not started')
    tellOf(table, at, ...failedStart(container, error))
    changeContainer(table, at, before => notStarted(before, error, now()))
    table.background(tryAgain(table, at, container))
  }
}

/* Whose processes a container sees besides its own. */
function processesOf({pod, sandbox, containers}: PodLife, container: EphemeralContainer): {processesOf?: number} {
  const {targetContainerName: target} = container
  if (pod.spec.shareProcessNamespace && sandbox) return {processesOf: sandbox.pausePid}
  if (!target) return {}
  const {process} = containers[target] ?? {}
  if (process) return {processesOf: process.pid}
  throw new ContainerError(`unable to find target container ${JSON.stringify(target)}`, 'CreateContainerConfigError')
}

/* Its pod's restart policy decides on a program that is not there; without an image or a place to run nothing has begun yet. */
async function tryAgain(table: PodTable, at: ContainerPlace, container: Container): Promise<void> {
  const {after, signal} = table.context
  await report(table, at.uid)
  if (containerAt(table, at)?.state.terminated) return restarts(table, at) ? restartContainer(table, at) : undefined
  const failed = containerAt(table, at)
  if (!failed) return
  const {ms, shown} = secondTry(failed, container.image)
  await after(errorShownMs, signal)
  if (signal.aborted || containerAt(table, at)?.state !== failed.state) return
  changeContainer(table, at, life => ({...life, state: shown.state}))
  if (shown.state !== failed.state) tellOf(table, at, ...backOffPulling(container))
  await report(table, at.uid)
  await after(ms - errorShownMs, signal)
  if (signal.aborted || containerAt(table, at)?.state !== shown.state) return // its pod has begun anew meanwhile
  await startContainer(table, at)
  await report(table, at.uid)
}

/* How long people can see what went wrong before they see that it is waited. */
const errorShownMs = 2000

/* Whether the container runs on after its postStart hook. One whose hook fails is stopped, and counts as one that crashed. */
async function isPostStarted(table: PodTable, at: ContainerPlace, {lifecycle}: Container): Promise<boolean> {
  const hook = lifecycle?.postStart
  if (!hook) return true
  const {signal, log} = table.context
  const process = table.processes.get(idOf(at))
  await report(table, at.uid)
  const failure = await runHook(table, at, {hook, timeoutMs: longest, until: signal})
  if (process?.signal.aborted) return false
  if (failure === undefined) {
    changeContainer(table, at, running)
    return true
  }
  log.warn({uid: at.uid, container: at.name, failure}, 'postStart hook failed')
  changeContainer(table, at, life => ({...life, complaint: `PostStartHook failed: ${failure}`}))
  tellOf(table, at, failedHook('PostStart'))
  const grace = table.lives.get(at.uid)?.pod.spec.terminationGracePeriodSeconds ?? 30
  await stopContainer(table, at, {graceMs: Math.max(grace, 1) * 1000, cut: signal, why: 'FailedPostStartHook'})
  return false
}

/** The longest that a timer can wait, in ms: 24 days. */
const longest = 2 ** 31 - 1

/** Whether a container that has ended is to be started again. */
export function restarts(table: PodTable, at: ContainerPlace): boolean {
  const pod = table.lives.get(at.uid)?.pod
  const container = containerAt(table, at)
  return pod !== undefined && container !== undefined && isRestarted(pod, at.name, container)
}

/** Starts a container again, after its back-off. */
export async function restartContainer(table: PodTable, at: ContainerPlace): Promise<void> {
  const {after, signal} = table.context
  const container = containerAt(table, at)
  const pod = table.lives.get(at.uid)?.pod
  if (!container || !pod) return
  const delay = backOff(container.crashes)
  if (delay > 0) {
    const message = `back-off ${delay / 1000}s restarting failed container=${at.name} pod=${fullNameOf(pod)}`
    changeContainer(table, at, life => ({...life, state: {waiting: {reason: 'CrashLoopBackOff', message}}}))
    const waiting = containerAt(table, at)?.state
    tellOf(table, at, backOffRestarting(pod, at.name))
    await report(table, at.uid)
    await after(delay, signal)
    if (containerAt(table, at)?.state !== waiting) return // its pod has begun anew meanwhile
  }
  if (signal.aborted || !isKept(table, at.uid)) return
  changeContainer(table, at, ({again: _, ...life}: ContainerLife) => ({...life, restarts: life.restarts + 1}))
  await startContainer(table, at)
  await report(table, at.uid)
}
