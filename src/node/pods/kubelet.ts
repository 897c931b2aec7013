import type {Pod} from '../../objects/pod.ts'
import {isFinished, isTerminating} from '../../objects/pod-status.ts'
import {admitPods, rejectPod} from './admit.ts'
import {beginPods} from './begin.ts'
import {endPod, shortenGrace} from './end.ts'
import {ended, newEphemeral, type PodLife, uidOfNetns, withEphemeral} from './pod-life.ts'
import {
  type ContainerPlace,
  changeContainer,
  containerAt,
  idOf,
  type KubeletContext,
  type PodTable,
  report,
  uidOf,
} from './pod-table.ts'
import {gatesMoved} from './readiness-gates.ts'
import {remakePod} from './remake.ts'
import {advance, restartContainer, restarts, startEphemeral} from './start.ts'
import {podStatus} from './status.ts'
import {takeUp} from './take-up.ts'
import {podVolumes} from './volumes/pod-volumes.ts'

/** Makes the pods of one node true: starts what the API wants there, reports what became of it, ends what is deleted. */
export type Kubelet = {
  /** Starts and ends pods, given all that the API wants on this node. Pods end in the background: their grace may be long. */
  sync(pods: readonly Pod[]): Promise<void>
  /** To be told of each container that ended, and, by its netns, of each owner of a pod's namespaces. */
  exited(id: string, code: number): void
  lives(): readonly PodLife[]
  /** Says of all pods again how they are: while nobody heard the node, they were written off. */
  reportAll(): void
}

export function createKubelet(context: KubeletContext): Kubelet {
  const background = (work: Promise<void>) => {
    work.catch(error => {
      if (!context.signal.aborted) context.log.error({err: error}, 'kubelet')
    })
  }
  const volumes = podVolumes(context)
  const table: PodTable = {context, lives: new Map(), volumes, ends: new Map(), processes: new Map(), background}
  const present = () => [...table.lives.values()].map(({pod}) => pod)
  const rejections = new Set<string>()
  const reject = (pod: Pod) => {
    const uid = uidOf(pod)
    if (rejections.has(uid)) return
    rejections.add(uid)
    background(rejectPod(table, pod).finally(() => rejections.delete(uid)))
  }
  return {
    sync: async pods => {
      for (const {uid, graceMs} of endings(table, pods))
        background(table.ends.has(uid) ? shortenGrace(table, uid, graceMs) : endPod(table, uid, graceMs))
      for (const life of [...table.lives.values()]) takeEphemeral(table, life)
      const fresh = pods.filter(pod => !table.lives.has(uidOf(pod)))
      const unstarted = fresh.filter(isTerminating)
      await Promise.all(unstarted.map(pod => context.client.confirmDeletion(pod)))
      const wanted = fresh.filter(pod => !isTerminating(pod) && !isFinished(pod))
      const over = await reportThoseOver(table, wanted)
      const {admitted, rejected} = admitPods(
        present(),
        wanted.filter(pod => !over.includes(pod)),
      )
      for (const pod of rejected) reject(pod)
      if (admitted.length > 0) await beginPods(table, admitted)
      for (const pod of pods) volumes.podChanged(pod)
      await reportGates(table)
    },
    exited: (id, code) => {
      const [uid = '', name] = id.split('/')
      const owned = uidOfNetns(uid)
      if (name !== undefined) background(containerEnded(table, {uid, name}, code))
      else if (owned !== undefined) background(remakePod(table, owned))
    },
    lives: () => [...table.lives.values()],
    reportAll: () => {
      for (const uid of table.lives.keys()) background(report(table, uid))
    },
  }
}

/* A pod that ran here before the node went down may have nothing left to run. */
async function reportThoseOver({context}: PodTable, pods: readonly Pod[]): Promise<readonly Pod[]> {
  const {hostIp, client} = context
  const now = context.now()
  const found = pods
    .map(pod => ({pod, status: podStatus(takeUp(pod, now), {hostIp, now})}))
    .filter(({pod, status}) => isFinished({...pod, status}))
  await Promise.all(found.map(({pod, status}) => client.updateStatus(pod, status)))
  return found.map(({pod}) => pod)
}

/* Those whose readiness somebody else has decided on. */
async function reportGates(table: PodTable): Promise<void> {
  for (const {pod} of table.lives.values()) if (gatesMoved(pod)) await report(table, uidOf(pod))
}

/* Which living pods have to end, or are ending, and how much grace they have: none when the API has forgotten them. */
function endings({lives}: PodTable, pods: readonly Pod[]): {uid: string; graceMs: number}[] {
  const wanted = new Map(pods.map(pod => [uidOf(pod), pod]))
  for (const [uid, life] of lives) lives.set(uid, {...life, pod: wanted.get(uid) ?? life.pod})
  return [...lives.keys()].flatMap(uid => {
    const pod = wanted.get(uid)
    if (!pod) return [{uid, graceMs: 0}]
    return isTerminating(pod) ? [{uid, graceMs: (pod.metadata.deletionGracePeriodSeconds ?? 30) * 1000}] : []
  })
}

/* Starts what the API has put into a pod that runs. */
function takeEphemeral(table: PodTable, life: PodLife): void {
  const {lives, ends, background} = table
  const uid = uidOf(life.pod)
  const names = newEphemeral(life)
  if (names.length === 0 || !life.sandbox || life.sandbox.lost || ends.has(uid) || isFinished(life.pod)) return
  lives.set(uid, withEphemeral(life, names))
  background(startEphemeral(table, uid, names))
}

async function containerEnded(table: PodTable, at: ContainerPlace, code: number): Promise<void> {
  const {lives, context, processes} = table
  if (!containerAt(table, at)) return
  changeContainer(table, at, container => ended(container, code, context.now()))
  context.log.info({uid: at.uid, container: at.name, code}, 'container ended')
  processes.get(idOf(at))?.abort()
  processes.delete(idOf(at))
  await report(table, at.uid)
  const sandbox = lives.get(at.uid)?.sandbox
  if (!sandbox || sandbox.lost || table.ends.has(at.uid)) return
  if (restarts(table, at)) await restartContainer(table, at)
  else await advance(table, at.uid)
}
