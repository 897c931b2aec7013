import type {Deployment} from '../../objects/deployment.ts'
import {equal} from '../../objects/equal.ts'
import type {ReplicaSet} from '../../objects/replica-set.ts'
import type {Write} from '../controller.ts'
import type {Happening} from '../events.ts'
import {ownership} from '../ownership.ts'
import {hashWord} from '../template-hash.ts'
import {currentAnnotations, revisionOf, sizeAnnotations} from './annotations.ts'
import {newSetSize} from './rolling.ts'
import {hashLabel, type Rollout, type Scaling, sizeOf} from './rollout.ts'

/** The replica set for a template that is new, with as many pods as there is room for. */
export function newSet(rollout: Rollout): ReplicaSet {
  const {metadata, spec} = rollout.deployment
  const hash = hashWord(spec.template, rollout.deployment.status?.collisionCount)
  const labels = {...spec.template.metadata?.labels, [hashLabel]: hash}
  const {selector} = spec
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${metadata.name}-${hash}`,
      namespace: metadata.namespace ?? '',
      labels,
      annotations: {...currentAnnotations(rollout), ...sizeAnnotations(rollout.deployment)},
      ownerReferences: [ownership(rollout.deployment)],
    },
    spec: {
      replicas: newSetSize(rollout),
      ...(spec.minReadySeconds !== undefined && {minReadySeconds: spec.minReadySeconds}),
      selector: {...selector, matchLabels: {...selector.matchLabels, [hashLabel]: hash}},
      template: {...spec.template, metadata: {...spec.template.metadata, labels}},
    },
    status: {replicas: 0},
  }
}

/** The set of the present template as the deployment wants it, its size apart. */
export function alignment(rollout: Rollout): readonly Write[] {
  const {deployment, current} = rollout
  if (current === undefined) return []
  const {minReadySeconds: _, ...spec} = current.spec
  const {minReadySeconds = 0} = deployment.spec
  const object: ReplicaSet = {
    ...current,
    metadata: {...current.metadata, annotations: currentAnnotations(rollout)},
    spec: {...spec, ...(minReadySeconds > 0 && {minReadySeconds})},
  }
  const same = equal(object.metadata, current.metadata) && minReadySeconds === (current.spec.minReadySeconds ?? 0)
  return same ? [] : [{do: 'update', object}]
}

export function resized({set, replicas}: Scaling, deployment: Deployment): readonly Write[] {
  const annotations = {...set.metadata.annotations, ...sizeAnnotations(deployment)}
  if (replicas === sizeOf(set) && equal(annotations, set.metadata.annotations)) return []
  return [{do: 'update', object: {...set, metadata: {...set.metadata, annotations}, spec: {...set.spec, replicas}}}]
}

const component = 'deployment-controller'

export function scalingHappenings({set, replicas}: Scaling): readonly Happening[] {
  const size = sizeOf(set)
  return size === replicas ? [] : [sizing(set, size, replicas)]
}

export function sizing({metadata}: ReplicaSet, from: number, to: number): Happening {
  const message = `Scaled ${to > from ? 'up' : 'down'} replica set ${metadata.name} from ${from} to ${to}`
  return {type: 'Normal', reason: 'ScalingReplicaSet', message, component}
}

/** Old sets without pods beyond the number that is kept, the oldest revisions first. */
export function outdated(rollout: Rollout): readonly Write[] {
  const {revisionHistoryLimit: limit = 10} = rollout.deployment.spec
  const kept = rollout.old.filter(({metadata}) => metadata.deletionTimestamp === undefined)
  return kept
    .toSorted((a, b) => revisionOf(a) - revisionOf(b))
    .slice(0, Math.max(0, kept.length - limit))
    .filter(isEmpty)
    .map(object => ({do: 'delete', object}))
}

function isEmpty(set: ReplicaSet): boolean {
  const seen = (set.status?.observedGeneration ?? 0) >= (set.metadata.generation ?? 0)
  return sizeOf(set) === 0 && (set.status?.replicas ?? 0) === 0 && seen
}
