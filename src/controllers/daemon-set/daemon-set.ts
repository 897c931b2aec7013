import type {ControllerRevision} from '../../objects/controller-revision.ts'
import type {DaemonSet, DaemonSetStatus} from '../../objects/daemon-set.ts'
import {equal} from '../../objects/equal.ts'
import type {Node} from '../../objects/node.ts'
import type {Pod} from '../../objects/pod.ts'
import {isReady} from '../../objects/pod-status.ts'
import type {Change} from '../../store/store.ts'
import type {View} from '../../store/view.ts'
import {isAvailable, nextAvailable} from '../availability.ts'
import {type Context, type Controller, type Key, keyOf, sidesOf, type Write} from '../controller.ts'
import {eventsFor} from '../events.ts'
import {onlyOn} from '../named-nodes.ts'
import {freeNames, podFrom} from '../new-pod.ts'
import {claimOthers, claimPods, isActive, isGoing, workloadsOf} from '../ownership.ts'
import {counts, happening} from '../replicas.ts'
import {outdatedRevisions, revisionsOf} from '../revisions.ts'
import {daemonTemplate, type Place, placesOf, targetOf} from './nodes.ts'
import {type Progress, revisionLabel, rolling, type Steps, upholding} from './steps.ts'

/**
 * Keeps one pod on each node that the template's selector and tolerations let in. The scheduler is asked whether there is room: each pod
 * is born with the name of its node in its affinity.
 */
export const daemonSetController: Controller = {
  name: 'daemon-set',
  watches: ['DaemonSet', 'ControllerRevision', 'Pod', 'Node'],
  keysOf,
  reconcile: (key, view, context) => {
    const daemonSet = view.get('DaemonSet', key)
    return daemonSet === undefined ? [] : uphold(daemonSet, view, context)
  },
  due: (key, view, now) => {
    const daemonSet = view.get('DaemonSet', key)
    const {minReadySeconds = 0} = daemonSet?.spec ?? {}
    if (daemonSet === undefined || minReadySeconds === 0) return undefined
    return nextAvailable(claimPods(daemonSet, view).owned.filter(isActive), minReadySeconds, now)
  },
}

function keysOf(change: Change, view: View): readonly Key[] {
  const {type, object, before} = change
  if (object.kind === 'Node') {
    const same = type === 'MODIFIED' && equal(offerOf(object), offerOf(before as Node))
    return same ? [] : view.all('DaemonSet').map(keyOf)
  }
  return sidesOf(change).flatMap(side =>
    side.kind === 'DaemonSet' ? [keyOf(side)] : workloadsOf(side, 'DaemonSet', view),
  )
}

/** What of a node decides whether a daemon runs there: most updates of nodes are only signs of life. */
function offerOf({metadata, spec, status}: Node): unknown {
  return [metadata.labels, spec.taints, status?.conditions?.find(({type}) => type === 'Ready')?.status]
}

function uphold(daemonSet: DaemonSet, view: View, context: Context): readonly Write[] {
  const pods = claimPods(daemonSet, view)
  const history = claimOthers(daemonSet, 'ControllerRevision', view)
  const transfers = [...pods.transfers, ...history.transfers]
  if (transfers.length > 0) return transfers
  const {latest, writes} = revisionsOf(daemonSet, history.owned, view, revisionLabel)
  if (latest === undefined || writes.length > 0) return isGoing(daemonSet) ? [] : writes
  const places = placesOf(daemonSet, view.all('Node'), pods.owned)
  const stranded = pods.owned.filter(pod => !isGoing(pod) && waitsInVain(pod, view))
  if (stranded.length > 0) return stranded.map(object => ({do: 'delete', object}))
  const progress: Progress = {daemonSet, hash: latest.metadata.labels?.[revisionLabel] ?? '', now: context.now}
  if (!isGoing(daemonSet)) {
    const first = written(upholding(places, progress), progress, view, context)
    const next = first.length > 0 ? first : written(rolling(places, progress), progress, view, context)
    if (next.length > 0) return next
  }
  return [...cleanUp(daemonSet, history.owned, latest, pods.owned), ...report(places, progress)]
}

/** Whether the node that a pod waits for is gone. */
function waitsInVain(pod: Pod, view: View): boolean {
  return pod.spec.nodeName === undefined && !view.get('Node', {name: targetOf(pod) ?? ''})
}

function written({create, remove}: Steps, {daemonSet, hash}: Progress, view: View, context: Context): readonly Write[] {
  const generateName = `${daemonSet.metadata.name}-`
  const template = daemonTemplate(daemonSet)
  const labels = {...template.metadata?.labels, [revisionLabel]: hash}
  const names = freeNames(daemonSet, create.length, view, context)
  const pods: readonly Write[] = [
    ...create.map((node, index): Write => {
      const spec = onlyOn(template.spec, node.metadata.name)
      const name = names[index] ?? ''
      return {do: 'create', object: podFrom(daemonSet, {generateName, name, labels}, {...template, spec})}
    }),
    ...remove.map((object): Write => ({do: 'delete', object})),
  ]
  const told = pods.map(pod => happening(pod, 'daemonset-controller'))
  return [...pods, ...eventsFor(daemonSet, told, view, context)]
}

function cleanUp(
  {spec}: DaemonSet,
  owned: readonly ControllerRevision[],
  latest: ControllerRevision,
  pods: readonly Pod[],
): readonly Write[] {
  const used = new Set(pods.map(({metadata}) => metadata.labels?.[revisionLabel]))
  const isUsed = (revision: ControllerRevision) =>
    revision === latest || used.has(revision.metadata.labels?.[revisionLabel])
  return outdatedRevisions(owned, isUsed, spec.revisionHistoryLimit ?? 10)
}

function report(places: readonly Place[], {daemonSet, hash, now}: Progress): readonly Write[] {
  const {minReadySeconds = 0} = daemonSet.spec
  const wanted = places.filter(({wants}) => wants)
  const oldest = wanted.flatMap(({pods}) => pods.slice(0, 1))
  const ready = oldest.filter(isReady)
  const available = ready.filter(pod => isAvailable(pod, minReadySeconds, now)).length
  const {collisionCount, conditions} = daemonSet.status ?? {}
  const status: DaemonSetStatus = {
    currentNumberScheduled: oldest.length,
    numberMisscheduled: places.filter(({wants, pods}) => !wants && pods.length > 0).length,
    desiredNumberScheduled: wanted.length,
    numberReady: ready.length,
    ...counts({
      observedGeneration: daemonSet.metadata.generation ?? 0,
      updatedNumberScheduled: oldest.filter(({metadata}) => metadata.labels?.[revisionLabel] === hash).length,
      numberAvailable: available,
      numberUnavailable: wanted.length - available,
    }),
    ...(collisionCount !== undefined && {collisionCount}),
    ...(conditions && {conditions}),
  }
  return equal(status, daemonSet.status) ? [] : [{do: 'update', object: {...daemonSet, status}}]
}
