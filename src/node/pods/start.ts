import type {ContainerState} from '../../objects/container.ts'
import type {Pod} from '../../objects/pod.ts'
import {RuntimeError} from '../runtime/runtime.ts'
import {ContainerError, containerSpec} from './container-spec.ts'
import {podFiles} from './files.ts'
import {backOff, isRestarted, type PodLife} from './pod-life.ts'
import {type PodTable, report, setContainer, uidOf} from './pod-table.ts'
import {makeSandboxes} from './sandbox.ts'

/** Pods that were given no namespaces or no network; they are worth another try. */
export class PodError extends Error {
  override readonly name = 'PodError'
}

/**
 * Starts new pods together: their namespaces, then the network of all in one batch, then their containers. Throws PodError for those
 * that could not be given a sandbox, when all others run; it has forgotten them, so that they are new the next time.
 */
export async function startPods(table: PodTable, pods: readonly Pod[]): Promise<void> {
  const outcomes = await makeSandboxes(table, pods)
  await Promise.all(outcomes.map(outcome => ('error' in outcome ? giveUp(table, outcome) : startPod(table, outcome))))
  const failed = outcomes.filter(outcome => 'error' in outcome)
  if (failed.length > 0) throw new PodError(failed.map(sayWhyNot).join('\n'), {cause: failed[0]?.error})
}

async function startPod(
  table: PodTable,
  {life, sandbox}: {life: PodLife; sandbox: NonNullable<PodLife['sandbox']>},
): Promise<void> {
  const uid = uidOf(life.pod)
  table.lives.set(uid, {...life, sandbox})
  await Promise.all(life.pod.spec.containers.map(({name}) => startContainer(table, uid, name)))
  await report(table, uid)
}

async function giveUp(table: PodTable, {life, error}: {life: PodLife; error: Error}): Promise<void> {
  const uid = uidOf(life.pod)
  const waiting = {reason: 'ContainerCreating', message: error.message}
  for (const {name} of life.pod.spec.containers) setContainer(table, uid, name, {state: {waiting}})
  await report(table, uid)
  table.lives.delete(uid)
}

function sayWhyNot({life: {pod}, error}: {life: PodLife; error: Error}): string {
  return `pod ${pod.metadata.namespace}/${pod.metadata.name}: ${error.message}`
}

/** Starts one container; what keeps it from starting becomes its state. One whose pod is ended meanwhile does not live on. */
export async function startContainer(table: PodTable, uid: string, name: string): Promise<void> {
  const {runtime, serviceRange, readFile: nodeFile, now, log} = table.context
  const life = table.lives.get(uid)
  const container = life?.pod.spec.containers.find(one => one.name === name)
  if (!life?.sandbox || !container) return
  const {pausePid, ip} = life.sandbox
  const about = {pod: life.pod.metadata.name, container: name}
  try {
    const spec = containerSpec(life.pod, container, {pausePid, files: podFiles(life.pod, {ip, serviceRange, nodeFile})})
    const pid = await runtime.start(spec)
    if (!table.lives.has(uid) || table.ends.has(uid)) return await runtime.end(spec.id, 'SIGKILL')
    setContainer(table, uid, name, {pid, environment: spec.environment, state: {running: {startedAt: now()}}})
    log.info({...about, pid, argv: spec.argv}, 'container started')
  } catch (error) {
    setContainer(table, uid, name, {state: stateOf(error)})
    log.warn({...about, err: error}, 'container not started')
  }
}

/** Starts a container that has ended again, if its pod's restart policy says so, after its back-off. */
export async function restartContainer(table: PodTable, uid: string, name: string, code: number): Promise<void> {
  const {after, signal} = table.context
  const life = table.lives.get(uid)
  const container = life?.containers[name]
  if (!life || !container || !isRestarted(life.pod, code)) return
  const delay = backOff(container.crashes)
  if (delay > 0) {
    const message = `back-off ${delay / 1000}s restarting failed container=${name}`
    setContainer(table, uid, name, {state: {waiting: {reason: 'CrashLoopBackOff', message}}})
    await report(table, uid)
    await after(delay, signal)
  }
  if (signal.aborted || !table.lives.has(uid) || table.ends.has(uid)) return
  setContainer(table, uid, name, {restarts: container.restarts + 1})
  await startContainer(table, uid, name)
  await report(table, uid)
}

/* What kept a container from starting, as a status shows it. */
function stateOf(error: unknown): ContainerState {
  if (error instanceof ContainerError) return {waiting: {reason: error.reason, message: error.message}}
  if (error instanceof RuntimeError && error.kind === 'StartError')
    return {terminated: {exitCode: 128, reason: 'StartError', message: error.message}}
  const message = error instanceof Error ? error.message : String(error)
  return {waiting: {reason: 'CreateContainerError', message}}
}
