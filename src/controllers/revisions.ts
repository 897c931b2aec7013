import type {ControllerRevision} from '../objects/controller-revision.ts'
import type {DaemonSet} from '../objects/daemon-set.ts'
import {equal} from '../objects/equal.ts'
import type {PodTemplate} from '../objects/pod.ts'
import type {StatefulSet} from '../objects/stateful-set.ts'
import type {View} from '../store/view.ts'
import type {Write} from './controller.ts'
import {ownership} from './ownership.ts'
import {hashWord} from './template-hash.ts'

/**
 * The templates that a set of one object has had. A Deployment keeps a replica set for each; a DaemonSet and a StatefulSet, whose
 * pods are their own, write each down in a ControllerRevision, from which `kubectl rollout undo` brings it back.
 */
export type Revisions = {
  /** That of the present template; undefined until it is written down. */
  readonly latest: ControllerRevision | undefined
  /** What is to be written so that there is one and its number is above all others. */
  readonly writes: readonly Write[]
}

type Versioned = DaemonSet | StatefulSet

/** `hashLabel` is the label by which a kind's revisions are known. */
export function revisionsOf(
  workload: Versioned,
  owned: readonly ControllerRevision[],
  view: View,
  hashLabel: string,
): Revisions {
  const data = dataOf(workload.spec.template)
  const found = owned.find(revision => equal(revision.data, data))
  const highest = owned.reduce((most, {revision}) => Math.max(most, revision), 0)
  if (found === undefined)
    return {latest: undefined, writes: [{do: 'create', object: newRevision(workload, highest + 1, view, hashLabel)}]}
  if (found.revision === highest) return {latest: found, writes: []}
  return {latest: found, writes: [{do: 'update', object: {...found, revision: highest + 1}}]}
}

/** A patch that puts the template back, whatever stands there. */
function dataOf(template: PodTemplate): unknown {
  return {spec: {template: {...template, $patch: 'replace'}}}
}

/** The template that a revision holds. */
export function templateOf({data}: ControllerRevision): PodTemplate {
  const {$patch: _, ...template} = (data as {spec: {template: PodTemplate & {$patch?: string}}}).spec.template
  return template
}

function newRevision(workload: Versioned, revision: number, view: View, hashLabel: string): ControllerRevision {
  const {name, namespace = '', annotations} = workload.metadata
  const {template} = workload.spec
  const nameOf = (hash: string) => `${name}-${hash}`
  let collisions: number | undefined
  let hash = hashWord(template)
  while (view.get('ControllerRevision', {namespace, name: nameOf(hash)})) {
    collisions = (collisions ?? 0) + 1
    hash = hashWord(template, collisions)
  }
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: nameOf(hash),
      namespace,
      labels: {...template.metadata?.labels, [hashLabel]: hash},
      ...(annotations && {annotations}),
      ownerReferences: [ownership(workload)],
    },
    data: dataOf(template),
    revision,
  }
}

/** Revisions that nobody uses beyond the number that is kept, the oldest first. */
export function outdatedRevisions(
  owned: readonly ControllerRevision[],
  isUsed: (revision: ControllerRevision) => boolean,
  limit: number,
): readonly Write[] {
  const unused = owned.filter(revision => !isUsed(revision)).toSorted((a, b) => a.revision - b.revision)
  return unused.slice(0, Math.max(0, unused.length - limit)).map(object => ({do: 'delete', object}))
}
