import type {ControllerRevision} from '../../objects/controller-revision.ts'
import {equal} from '../../objects/equal.ts'
import type {Pod} from '../../objects/pod.ts'
import {isTerminating} from '../../objects/pod-status.ts'
import type {StatefulSet, StatefulSetStatus} from '../../objects/stateful-set.ts'
import type {Change} from '../../store/store.ts'
import type {View} from '../../store/view.ts'
import {isAvailable, nextAvailable} from '../availability.ts'
import {type Context, type Controller, type Key, keyOf, sidesOf, type Write} from '../controller.ts'
import {eventsFor, type Happening} from '../events.ts'
import {claimOthers, claimPods, controllerOf, isActive, isGoing, workloadsOf} from '../ownership.ts'
import {counts} from '../replicas.ts'
import {outdatedRevisions, revisionsOf} from '../revisions.ts'
import {isOf, isRunning, ordinalOf, ordinalsOf, podName} from './pods.ts'
import {isUpdated, type Ordered, type Steps, stepsOf} from './steps.ts'

/** Keeps pods with numbers and names of their own, in order. */
export const statefulSetController: Controller = {
  name: 'stateful-set',
  watches: ['StatefulSet', 'ControllerRevision', 'Pod'],
  keysOf,
  reconcile: (key, view, context) => {
    const set = view.get('StatefulSet', key)
    return set === undefined ? [] : uphold(set, view, context)
  },
  due: (key, view, now) => {
    const set = view.get('StatefulSet', key)
    const {minReadySeconds = 0} = set?.spec ?? {}
    if (set === undefined || minReadySeconds === 0) return undefined
    return nextAvailable(claimPods(set, view).owned.filter(isActive), minReadySeconds, now)
  },
}

/** A stranger's pod that has one of the set's names is in its way until it is gone. */
function keysOf(change: Change, view: View): readonly Key[] {
  return sidesOf(change).flatMap((side): readonly Key[] => {
    if (side.kind === 'StatefulSet') return [keyOf(side)]
    const {name, namespace} = side.metadata
    const named = side.kind === 'Pod' ? /^(?<set>.+)-\d+$/.exec(name)?.groups?.set : undefined
    const set = named === undefined ? undefined : view.get('StatefulSet', {namespace, name: named})
    return [...workloadsOf(side, 'StatefulSet', view), ...(set ? [keyOf(set)] : [])]
  })
}

const component = 'statefulset-controller'
const revisionHash = 'controller.kubernetes.io/hash'

function uphold(set: StatefulSet, view: View, context: Context): readonly Write[] {
  const pods = claimPods(set, view, pod => ordinalOf(set, pod) !== undefined)
  const history = claimOthers(set, 'ControllerRevision', view)
  const transfers = [...pods.transfers, ...history.transfers]
  if (transfers.length > 0) return transfers
  const {latest: update, writes} = revisionsOf(set, history.owned, view, revisionHash)
  if (update === undefined || writes.length > 0) return isGoing(set) ? [] : writes
  const current = history.owned.find(({metadata}) => metadata.name === set.status?.currentRevision) ?? update
  const ordered: Ordered = {set, pods: pods.owned, current, update, now: context.now}
  const status = report(ordered)
  if (isGoing(set)) return status
  const blocked = inTheWay(set, view)
  const steps =
    blocked.length > 0 ? blockedEvents(set, blocked, view, context) : written(set, stepsOf(ordered), view, context)
  return [...steps, ...status, ...(steps.length === 0 ? cleanUp(ordered, history.owned) : [])]
}

function written(set: StatefulSet, {create, remove}: Steps, view: View, context: Context): readonly Write[] {
  const did = (verb: string, {metadata}: Pod) =>
    `${verb} Pod ${metadata.name} in StatefulSet ${set.metadata.name} successful`
  const told: readonly Happening[] = [
    ...create.map(
      pod => ({type: 'Normal', reason: 'SuccessfulCreate', message: did('create', pod), component}) as const,
    ),
    ...remove.map(
      pod => ({type: 'Normal', reason: 'SuccessfulDelete', message: did('delete', pod), component}) as const,
    ),
  ]
  return [
    ...create.map((object): Write => ({do: 'create', object})),
    ...remove.map((object): Write => ({do: 'delete', object})),
    ...eventsFor(set, told, view, context),
  ]
}

/** Pods of others that have names of the set's. */
function inTheWay(set: StatefulSet, view: View): readonly Pod[] {
  return ordinalsOf(set).flatMap(ordinal => {
    const pod = view.get('Pod', {namespace: set.metadata.namespace, name: podName(set, ordinal)})
    return pod && controllerOf(pod)?.uid !== set.metadata.uid ? [pod] : []
  })
}

/** Told once: nothing changes until the stranger is gone. */
function blockedEvents(set: StatefulSet, pods: readonly Pod[], view: View, context: Context): readonly Write[] {
  const known = new Set(view.find('eventsByObject', set.metadata.uid ?? '').map(({message}) => message))
  const told = pods
    .map(({metadata: {name}}): Happening => {
      const message = `create Pod ${name} in StatefulSet ${set.metadata.name} failed error: pods "${name}" already exists`
      return {type: 'Warning', reason: 'FailedCreate', message, component}
    })
    .filter(({message}) => !known.has(message))
  return eventsFor(set, told, view, context)
}

function cleanUp({set, pods, current, update}: Ordered, owned: readonly ControllerRevision[]): readonly Write[] {
  const isUsed = (revision: ControllerRevision) =>
    revision === current || revision === update || pods.some(pod => isOf(pod, revision.metadata.name))
  return outdatedRevisions(owned, isUsed, set.spec.revisionHistoryLimit ?? 10)
}

function report(ordered: Ordered): readonly Write[] {
  const {set, pods, current, update, now} = ordered
  const {minReadySeconds = 0} = set.spec
  const done = isUpdated(ordered)
  const present = done ? update : current
  const staying = (revision: ControllerRevision) =>
    pods.filter(pod => isOf(pod, revision.metadata.name) && !isTerminating(pod)).length
  const {collisionCount, conditions} = set.status ?? {}
  const status: StatefulSetStatus = {
    replicas: pods.length,
    availableReplicas: pods.filter(pod => isRunning(pod) && isAvailable(pod, minReadySeconds, now)).length,
    ...counts({
      observedGeneration: set.metadata.generation ?? 0,
      readyReplicas: pods.filter(isRunning).length,
      currentReplicas: staying(present),
      updatedReplicas: staying(update),
    }),
    currentRevision: present.metadata.name,
    updateRevision: update.metadata.name,
    collisionCount: collisionCount ?? 0,
    ...(conditions && {conditions}),
  }
  return equal(status, set.status) ? [] : [{do: 'update', object: {...set, status}}]
}
