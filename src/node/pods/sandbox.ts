import {hostPortsOfPod} from '../host-ports/host-ports.ts'
import {wantsLastAddress} from './address-wish.ts'
import {hostnameOf} from './files.ts'
import type {PodLife, Sandbox} from './pod-life.ts'
import {type PodTable, uidOf} from './pod-table.ts'

/** A new pod with the namespaces and the address that it was given, or why it was not. */
export type Outcome = {readonly life: PodLife} & ({readonly sandbox: Sandbox} | {readonly error: Error})

type Held = {readonly life: PodLife; readonly pausePid: number}

/** Makes the sandboxes of pods: their namespaces, then the network of all in one batch. Nothing is left of one that failed. */
export async function makeSandboxes(table: PodTable, lives: readonly PodLife[]): Promise<readonly Outcome[]> {
  for (const life of lives) table.lives.set(uidOf(life.pod), life)
  const [inNode, own] = [lives.filter(isInNode), lives.filter(life => !isInNode(life))]
  const results = await Promise.all(own.map(life => hold(table, life)))
  const held = results.filter(result => 'pausePid' in result)
  const failed = results.filter(result => 'error' in result)
  return [
    ...inNode.map(life => enterNode(table, life)),
    ...(held.length > 0 ? await attach(table, held) : []),
    ...failed,
  ]
}

function isInNode({pod}: PodLife): boolean {
  return pod.spec.hostNetwork ?? false
}

/* A pod in its node's network has no namespaces of its own: its containers join the node's, and its address is the node's. */
function enterNode({context}: PodTable, life: PodLife): Outcome {
  const {pid: pausePid, hostIp: ip, hostIp6: ip6} = context
  return {life, sandbox: {pausePid, ip, ...(ip6 && {ip6})}}
}

async function hold({context}: PodTable, life: PodLife): Promise<Held | (Outcome & {readonly error: Error})> {
  const {netns, pod} = life
  const sharesProcesses = pod.spec.shareProcessNamespace ?? false
  try {
    const pausePid = await context.runtime.hold({
      netns,
      hostname: hostnameOf(pod),
      as: 'pod',
      sharesProcesses,
      ...(context.hostIp6 && {ipv6: true}),
    })
    return {life, pausePid}
  } catch (error) {
    return {life, error: asError(error)}
  }
}

/* One pod that cannot be attached would keep all others waiting: when the batch fails, each goes alone. */
async function attach(table: PodTable, held: readonly Held[]): Promise<readonly Outcome[]> {
  const names = held.map(({life}) => life.netns)
  try {
    const last = new Set(held.flatMap(({life}) => (wantsLastAddress(life.pod) ? [life.netns] : [])))
    const hostPorts = new Map(held.map(({life}) => [life.netns, hostPortsOfPod(life.pod)]))
    const addresses = await table.context.network.attach(names, {last, hostPorts})
    return held.map(({life, pausePid}) => {
      const ip = addresses.get(life.netns)
      if (ip === undefined) return {life, error: new Error('it was given no address')}
      const ip6 = table.context.network.second?.(ip)
      return {life, sandbox: {pausePid, ip, ...(ip6 && {ip6})}}
    })
  } catch (error) {
    await undo(table, names, held.length === 1)
    if (held.length === 1) return held.map(({life}) => ({life, error: asError(error)}))
    const outcomes: Outcome[] = []
    for (const one of held) outcomes.push(...(await attach(table, [one])))
    return outcomes
  }
}

/* What cannot be undone now is not worth more than a word: the network converges with its next change. */
async function undo({context}: PodTable, names: readonly string[], wholly: boolean): Promise<void> {
  const {network, runtime, log} = context
  try {
    await network.detach(names)
  } catch (error) {
    log.warn({err: error, names}, 'pods not detached')
  } finally {
    if (wholly) await Promise.all(names.map(name => runtime.release(name)))
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
