import type {ContainerState} from '../../objects/container.ts'
import type {Pod} from '../../objects/pod.ts'
import {RuntimeError} from '../runtime/runtime.ts'
import {ContainerError, containerSpec} from './container-spec.ts'
import {hostnameOf, podFiles} from './files.ts'
import {backOff, isRestarted, newPodLife, type PodLife} from './pod-life.ts'
import {type PodTable, report, setContainer, uidOf} from './pod-table.ts'

/** Starts new pods together: their namespaces, then the network of all in one batch, then their containers. */
export async function startPods(table: PodTable, pods: readonly Pod[]): Promise<void> {
  const {network} = table.context
  const held = await Promise.all(pods.map(pod => holdPod(table, pod)))
  const addresses = await network.attach(held.map(({life}) => life.netns))
  await Promise.all(
    held.map(async ({life, pausePid}) => {
      const ip = addresses.get(life.netns)
      if (ip === undefined) return
      const uid = uidOf(life.pod)
      table.lives.set(uid, {...life, sandbox: {pausePid, ip}})
      await Promise.all(life.pod.spec.containers.map(({name}) => startContainer(table, uid, name)))
      await report(table, uid)
    }),
  )
}

async function holdPod({context, lives}: PodTable, pod: Pod): Promise<{life: PodLife; pausePid: number}> {
  const life = newPodLife(pod, context.now())
  lives.set(uidOf(pod), life)
  const pausePid = await context.runtime.hold({netns: life.netns, hostname: hostnameOf(pod), as: 'pod'})
  return {life, pausePid}
}

/** Starts one container; what keeps it from starting becomes its state. */
export async function startContainer(table: PodTable, uid: string, name: string): Promise<void> {
  const {runtime, serviceRange, now, log} = table.context
  const life = table.lives.get(uid)
  const container = life?.pod.spec.containers.find(one => one.name === name)
  if (!life?.sandbox || !container) return
  const {pausePid, ip} = life.sandbox
  const about = {pod: life.pod.metadata.name, container: name}
  try {
    const spec = containerSpec(life.pod, container, {pausePid, files: podFiles(life.pod, {ip, serviceRange})})
    const pid = await runtime.start(spec)
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
  const delay = backOff(container.restarts)
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
