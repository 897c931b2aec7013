import {equal} from '../objects/equal.ts'
import type {Pod} from '../objects/pod.ts'
import {isReady} from '../objects/pod-status.ts'
import type {ReplicaSet, ReplicaSetStatus} from '../objects/replica-set.ts'
import type {ReplicationController} from '../objects/replication-controller.ts'
import {matches, selectorOfLabels} from '../objects/selector.ts'
import type {View} from '../store/view.ts'
import {isAvailable, nextAvailable} from './availability.ts'
import {type Context, type Controller, keyOf, sidesOf, type Write} from './controller.ts'
import {deletionOrder} from './deletion-order.ts'
import {eventsFor, type Happening} from './events.ts'
import {freeNames, podFrom} from './new-pod.ts'
import {claimPods, isActive, isGoing, workloadsOf} from './ownership.ts'

/** What upholds a number of like pods. */
export type Replicas = ReplicaSet | ReplicationController

/**
 * Keeps the wanted number of pods. It owns what it makes, takes over pods that match its selector and belong to nobody, and
 * lets go of those that match no longer: relabelling a pod takes it out of the set, alive, and a new one takes its place.
 * `component` is how its events name it.
 */
export function replicasController(kind: Replicas['kind'], names: {name: string; component: string}): Controller {
  return {
    name: names.name,
    gathers: true,
    watches: [kind, 'Pod'],
    keysOf: (change, view) =>
      sidesOf(change).flatMap(side =>
        side.kind === kind ? [keyOf(side)] : side.kind === 'Pod' ? workloadsOf(side, kind, view) : [],
      ),
    reconcile: (key, view, context) => {
      const replicas = view.get(kind, key)
      return replicas === undefined ? [] : uphold(replicas, view, context, names.component)
    },
    due: (key, view, now) => {
      const replicas = view.get(kind, key)
      const minReadySeconds = replicas?.spec.minReadySeconds ?? 0
      if (replicas === undefined || minReadySeconds === 0) return undefined
      return nextAvailable(claimPods(replicas, view).owned.filter(isActive), minReadySeconds, now)
    },
  }
}

/** At most so many pods are made at a time; the changes that this makes bring the rest. */
const burst = 500

function uphold(replicas: Replicas, view: View, context: Context, component: string): readonly Write[] {
  const {owned, transfers} = claimPods(replicas, view)
  if (transfers.length > 0) return transfers
  const active = owned.filter(isActive)
  const missing = isGoing(replicas) ? 0 : (replicas.spec.replicas ?? 1) - active.length
  if (missing === 0) return report(replicas, active, context)
  const pods: readonly Write[] =
    missing > 0 ? creations(replicas, missing, view, context) : deletions(active, -missing, context)
  return [
    ...pods,
    ...eventsFor(
      replicas,
      pods.map(pod => happening(pod, component)),
      view,
      context,
    ),
  ]
}

function creations(replicas: Replicas, count: number, view: View, context: Context): readonly Write[] {
  const generateName = `${replicas.metadata.name}-`
  return freeNames(replicas, Math.min(count, burst), view, context).map(name => ({
    do: 'create',
    object: podFrom(replicas, {generateName, name}, replicas.spec.template),
  }))
}

function deletions(active: readonly Pod[], count: number, {now}: Context): readonly Write[] {
  return deletionOrder(active, now)
    .slice(0, count)
    .map(object => ({do: 'delete', object}))
}

/** What is told of a pod that is made or deleted. */
export function happening({do: verb, object}: Write, component: string): Happening {
  const {name} = object.metadata
  return verb === 'create'
    ? {type: 'Normal', reason: 'SuccessfulCreate', message: `Created pod: ${name}`, component}
    : {type: 'Normal', reason: 'SuccessfulDelete', message: `Deleted pod: ${name}`, component}
}

function report(replicas: Replicas, active: readonly Pod[], {now}: Context): readonly Write[] {
  const {template, minReadySeconds = 0} = replicas.spec
  const labels = selectorOfLabels(template.metadata?.labels ?? {})
  const status: ReplicaSetStatus = {
    ...(replicas.status?.conditions && {conditions: replicas.status.conditions}),
    replicas: active.length,
    ...counts({
      fullyLabeledReplicas: active.filter(pod => matches(labels, pod.metadata.labels)).length,
      readyReplicas: active.filter(isReady).length,
      availableReplicas: active.filter(pod => isAvailable(pod, minReadySeconds, now)).length,
      observedGeneration: replicas.metadata.generation ?? 0,
    }),
  }
  return equal(status, replicas.status) ? [] : [{do: 'update', object: {...replicas, status} as Replicas}]
}

/** Kubernetes leaves zeros out. */
export function counts(all: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(all).filter(([, count]) => count > 0))
}
