import type {DaemonSet} from '../../objects/daemon-set.ts'
import {type IntOrPercent, numberOf} from '../../objects/int-or-percent.ts'
import type {Node} from '../../objects/node.ts'
import type {Pod} from '../../objects/pod.ts'
import {isFinished, isTerminating} from '../../objects/pod-status.ts'
import {isAvailable} from '../availability.ts'
import type {Place} from './nodes.ts'

/** Nodes that are to get a pod, and pods that are to go. */
export type Steps = {readonly create: readonly Node[]; readonly remove: readonly Pod[]}

/** How the present template's pods are known, and from when on a pod counts. */
export type Progress = {readonly daemonSet: DaemonSet; readonly hash: string; readonly now: number}

export const revisionLabel = 'controller-revision-hash'

/** One pod where one is wanted, and none where none may be. A pod that is going holds its place. */
export function upholding(places: readonly Place[], progress: Progress): Steps {
  const create = places.filter(({wants, pods}) => wants && pods.length === 0).map(({node}) => node)
  const remove = places.flatMap(place => superfluous(place, progress).filter(pod => !isTerminating(pod)))
  return {create, remove}
}

function superfluous({keeps, pods}: Place, progress: Progress): readonly Pod[] {
  if (!keeps) return pods
  const running = pods.filter(pod => !isFinished(pod) && !isTerminating(pod))
  const {fresh, old} = split(running, progress)
  // While one template follows another, a node may have a pod of each, if the set says so.
  const kept = surgeOf(progress, 1) > 0 ? [fresh[0], old[0]] : [running[0]]
  return pods.filter(pod => !kept.includes(pod))
}

function split(pods: readonly Pod[], {hash}: Progress) {
  const isFresh = (pod: Pod) => pod.metadata.labels?.[revisionLabel] === hash
  return {fresh: pods.filter(isFresh), old: pods.filter(pod => !isFresh(pod))}
}

function surgeOf({daemonSet}: Progress, wanted: number): number {
  return stepOf(daemonSet.spec.updateStrategy?.rollingUpdate?.maxSurge ?? 0, wanted)
}

function stepOf(value: IntOrPercent, wanted: number): number {
  return numberOf(value, wanted, 'up')
}

/** One step from old pods to new ones: either the old one of a node goes first, or the new one comes first. */
export function rolling(places: readonly Place[], progress: Progress): Steps {
  if (progress.daemonSet.spec.updateStrategy?.type === 'OnDelete') return {create: [], remove: []}
  const wanted = places.filter(({wants}) => wants).length
  const surge = surgeOf(progress, wanted)
  return surge > 0 ? newFirst(places, progress, surge) : oldFirst(places, progress, wanted)
}

function oldFirst(places: readonly Place[], progress: Progress, wanted: number): Steps {
  const {rollingUpdate} = progress.daemonSet.spec.updateStrategy ?? {}
  const held = places.filter(({wants, pods}) => wants || pods.length > 0).map(place => sides(place, progress))
  const [candidates, useless]: [Pod[], Pod[]] = [[], []]
  let unavailable = 0
  for (const {fresh, old} of held) {
    if (fresh === undefined && old !== undefined) (available(old, progress) ? candidates : useless).push(old)
    else if (fresh === undefined || old !== undefined || !available(fresh, progress)) unavailable += 1
  }
  const spare = Math.max(0, stepOf(rollingUpdate?.maxUnavailable ?? 1, wanted) - unavailable)
  return {create: [], remove: [...useless, ...candidates.slice(0, spare)]}
}

function newFirst(places: readonly Place[], progress: Progress, surge: number): Steps {
  const [candidates, urgent, replaced]: [Node[], Node[], Pod[]] = [[], [], []]
  let surged = 0
  for (const place of places) {
    const {fresh, old} = sides(place, progress)
    if (old === undefined) continue
    if (fresh === undefined) (available(old, progress) ? candidates : urgent).push(place.node)
    else if (available(fresh, progress)) replaced.push(old)
    else surged += 1
  }
  return {create: [...urgent, ...candidates.slice(0, Math.max(0, surge - surged))], remove: replaced}
}

function sides({pods}: Place, progress: Progress): {readonly fresh: Pod | undefined; readonly old: Pod | undefined} {
  const {fresh, old} = split(
    pods.filter(pod => !isTerminating(pod)),
    progress,
  )
  return {fresh: fresh[0], old: old[0]}
}

function available(pod: Pod, {daemonSet, now}: Progress): boolean {
  return isAvailable(pod, daemonSet.spec.minReadySeconds ?? 0, now)
}
