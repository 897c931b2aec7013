import type {Pod, PodPhase} from '../objects/pod.ts'
import {isReady} from '../objects/pod-status.ts'

/**
 * Which pods of a set go first when there are too many: those that serve least. Before pods that run go those that do not,
 * before those on a sparsely used node those on a crowded one, before the old the new. Ages count on a logarithmic scale, so
 * that pods of about one age go in an order that is as good as random, and not always the newest node loses its pods.
 */
export function deletionOrder(pods: readonly Pod[], now: number): readonly Pod[] {
  const perNode = new Map<string, number>()
  for (const {spec} of pods) perNode.set(spec.nodeName ?? '', (perNode.get(spec.nodeName ?? '') ?? 0) + 1)
  const ranked = pods.map(pod => ({pod, rank: rankOf(pod, perNode, now)}))
  return ranked.toSorted((a, b) => compare(a.rank, b.rank)).map(({pod}) => pod)
}

const phaseRank: Readonly<Record<PodPhase, number>> = {Pending: 0, Unknown: 1, Running: 2, Succeeded: 2, Failed: 2}

const costAnnotation = 'controller.kubernetes.io/pod-deletion-cost'

/** Kubernetes' criteria one after the other, each so that the lower goes first; the uid decides at last. */
function rankOf(pod: Pod, perNode: ReadonlyMap<string, number>, now: number): readonly (number | string)[] {
  const {metadata, spec, status} = pod
  const readySince = status?.conditions?.find(({type}) => type === 'Ready')?.lastTransitionTime
  return [
    spec.nodeName ? 1 : 0,
    phaseRank[status?.phase ?? 'Pending'],
    isReady(pod) ? 1 : 0,
    Number(metadata.annotations?.[costAnnotation] ?? 0),
    -(perNode.get(spec.nodeName ?? '') ?? 0),
    isReady(pod) ? ageRank(readySince, now) : 0,
    -(status?.containerStatuses ?? []).reduce((most, {restartCount}) => Math.max(most, restartCount), 0),
    ageRank(metadata.creationTimestamp, now),
    metadata.uid ?? metadata.name,
  ]
}

/** The age's order of magnitude, in powers of two of a nanosecond; -1 for a time that has not come. */
function ageRank(timestamp: string | undefined, now: number): number {
  const nanoseconds = timestamp === undefined ? 0 : (now - Date.parse(timestamp)) * 1e6
  return nanoseconds > 0 ? Math.floor(Math.log2(nanoseconds)) : -1
}

function compare(a: readonly (number | string)[], b: readonly (number | string)[]): number {
  const at = a.findIndex((value, index) => value !== b[index])
  const [left = 0, right = 0] = [a[at], b[at]]
  return at < 0 ? 0 : left < right ? -1 : 1
}
