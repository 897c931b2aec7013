import type {Deployment, DeploymentStatus} from '../../objects/deployment.ts'
import {equal} from '../../objects/equal.ts'
import {isFinished} from '../../objects/pod-status.ts'
import type {ReplicaSet} from '../../objects/replica-set.ts'
import type {Change} from '../../store/store.ts'
import type {View} from '../../store/view.ts'
import {type Context, type Controller, type Key, keyOf, sidesOf, type Write} from '../controller.ts'
import {eventsFor} from '../events.ts'
import {claimOthers, controllerOf, isGoing, workloadsOf} from '../ownership.ts'
import {nextRevision, revisionAnnotation} from './annotations.ts'
import {hasDeadline, nextDeadline, pauseCondition, progressing, statusWithProgress} from './progress.ts'
import {rollingStep} from './rolling.ts'
import {type Rollout, rolloutOf, type Scaling, sizeOf, wantedBy} from './rollout.ts'
import {isScaled, scalingSteps} from './scaling.ts'
import {alignment, newSet, outdated, resized, scalingHappenings, sizing} from './sets.ts'
import {isComplete, saying, statusOf} from './status.ts'

/**
 * Brings pods from one template to the next. Each template has a replica set of its own, named by the template's hash; a rollout
 * is nothing but making the new set larger and the old ones smaller, in steps that keep enough pods available. Going back is the
 * same: the template of before finds its set again.
 */
export const deploymentController: Controller = {
  name: 'deployment',
  watches: ['Deployment', 'ReplicaSet', 'Pod'],
  keysOf,
  reconcile: (key, view, context) => {
    const deployment = view.get('Deployment', key)
    if (deployment === undefined) return []
    const {owned, transfers} = claimOthers(deployment, 'ReplicaSet', view)
    return transfers.length > 0 ? transfers : act(rolloutOf(deployment, owned), view, context)
  },
  due: (key, view, now) => {
    const deployment = view.get('Deployment', key)
    return deployment && nextDeadline(deployment, now)
  },
}

/** A deployment that recreates its pods waits for the old ones to be gone: then their end concerns it too. */
function keysOf(change: Change, view: View): readonly Key[] {
  return sidesOf(change).flatMap(side => {
    if (side.kind === 'Deployment') return [keyOf(side)]
    if (side.kind === 'ReplicaSet') return workloadsOf(side, 'Deployment', view)
    const over = side.kind === 'Pod' && (change.type === 'DELETED' || isFinished(side))
    return over ? recreating(side, view) : []
  })
}

function recreating(pod: Parameters<typeof controllerOf>[0], view: View): readonly Key[] {
  const owner = controllerOf(pod)
  const set = owner && view.get('ReplicaSet', {namespace: pod.metadata.namespace, name: owner.name})
  const keys = set ? workloadsOf(set, 'Deployment', view) : []
  return keys.filter(key => view.get('Deployment', key)?.spec.strategy?.type === 'Recreate')
}

function act(rollout: Rollout, view: View, context: Context): readonly Write[] {
  const {deployment} = rollout
  const {now} = context
  if (isGoing(deployment)) return written(deployment, {status: statusOf(rollout, now)})
  const pause = pauseCondition(deployment)
  if (pause) {
    const conditions = saying(deployment.status?.conditions, pause, now)
    return written(deployment, {status: {...deployment.status, conditions}})
  }
  const aligned = alignment(rollout)
  if (aligned.length > 0) return aligned
  if (deployment.spec.paused || isScaled(rollout)) {
    const cleanUp = deployment.spec.paused ? outdated(rollout) : []
    return (
      scaled(rollout, scalingSteps(rollout), view, context) ?? [...cleanUp, ...report(rollout, statusOf(rollout, now))]
    )
  }
  return deployment.spec.strategy?.type === 'Recreate' ? recreate(rollout, view, context) : roll(rollout, view, context)
}

function roll(rollout: Rollout, view: View, context: Context): readonly Write[] {
  if (rollout.current === undefined) return create(rollout, view, context)
  return scaled(rollout, rollingStep(rollout), view, context) ?? settle(rollout, context)
}

/** All old pods go before the first new one comes. */
function recreate(rollout: Rollout, view: View, context: Context): readonly Write[] {
  const {deployment, current, old} = rollout
  const down = old.filter(set => sizeOf(set) > 0).map(set => ({set, replicas: 0}))
  const stopped = scaled(rollout, down, view, context)
  if (stopped) return stopped
  if (old.some(set => hasPods(set, view))) return report(rollout, statusWithProgress(rollout, context.now))
  if (current === undefined) return create(rollout, view, context)
  return scaled(rollout, [{set: current, replicas: wantedBy(deployment)}], view, context) ?? settle(rollout, context)
}

function hasPods({metadata, status}: ReplicaSet, view: View): boolean {
  const pods = view.find('dependents', metadata.uid ?? '').filter(object => object.kind === 'Pod')
  return (status?.replicas ?? 0) > 0 || pods.some(pod => !isFinished(pod))
}

/** A new set, unless another has its name: then the deployment counts the collision, and the next name is another. */
function create(rollout: Rollout, view: View, context: Context): readonly Write[] {
  const {deployment} = rollout
  const {status} = deployment
  const set = newSet(rollout)
  if (view.get('ReplicaSet', set.metadata))
    return written(deployment, {status: {...status, collisionCount: (status?.collisionCount ?? 0) + 1}})
  const size = sizeOf(set)
  const {name} = set.metadata
  const said = progressing('NewReplicaSetCreated', `Created new replica set "${name}"`)
  const conditions = hasDeadline(deployment) ? saying(status?.conditions, said, context.now) : status?.conditions
  return [
    {do: 'create', object: set},
    ...eventsFor(deployment, size > 0 ? [sizing(set, 0, size)] : [], view, context),
    ...written(deployment, {
      status: {...status, ...(conditions && {conditions})},
      revision: `${nextRevision(rollout)}`,
    }),
  ]
}

/** The writes that size the sets; undefined when they have their sizes. */
function scaled(
  {deployment}: Rollout,
  scalings: readonly Scaling[],
  view: View,
  context: Context,
): readonly Write[] | undefined {
  const sets = scalings.flatMap(scaling => resized(scaling, deployment))
  if (sets.length === 0) return undefined
  return [...sets, ...eventsFor(deployment, scalings.flatMap(scalingHappenings), view, context)]
}

function settle(rollout: Rollout, {now}: Context): readonly Write[] {
  const status = statusWithProgress(rollout, now)
  return [...(isComplete(rollout.deployment, status) ? outdated(rollout) : []), ...report(rollout, status)]
}

/** The deployment's status, and the number of its template, which its set knows. */
function report({deployment, current}: Rollout, status: DeploymentStatus): readonly Write[] {
  const revision = current?.metadata.annotations?.[revisionAnnotation]
  return written(deployment, {status, ...(revision !== undefined && {revision})})
}

function written(deployment: Deployment, said: {status: DeploymentStatus; revision?: string}): readonly Write[] {
  const {metadata} = deployment
  const annotations = {
    ...metadata.annotations,
    ...(said.revision !== undefined && {[revisionAnnotation]: said.revision}),
  }
  const same = equal(said.status, deployment.status) && equal(annotations, metadata.annotations ?? {})
  const noted = Object.keys(annotations).length > 0 ? {...metadata, annotations} : metadata
  return same ? [] : [{do: 'update', object: {...deployment, metadata: noted, status: said.status}}]
}
