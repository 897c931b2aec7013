import type {ControllerRevision} from '../../objects/controller-revision.ts'
import type {Pod} from '../../objects/pod.ts'
import {isReady, isTerminating} from '../../objects/pod-status.ts'
import type {StatefulSet} from '../../objects/stateful-set.ts'
import {isAvailable} from '../availability.ts'
import {podFrom} from '../new-pod.ts'
import {templateOf} from '../revisions.ts'

/** The label that says which revision a pod is of; its value is the revision's name. */
const revisionLabel = 'controller-revision-hash'

/** The set's numbers, in order: `web-0`, `web-1`, ... */
export function ordinalsOf({spec}: StatefulSet): readonly number[] {
  const start = spec.ordinals?.start ?? 0
  return Array.from({length: spec.replicas ?? 1}, (_, index) => start + index)
}

/** The number in the name of a pod that is the set's; undefined for any other. */
export function ordinalOf(set: StatefulSet, {metadata: {name}}: Pod): number | undefined {
  const digits = name.startsWith(`${set.metadata.name}-`) ? name.slice(set.metadata.name.length + 1) : ''
  return /^(0|[1-9]\d*)$/.test(digits) ? Number(digits) : undefined
}

export function podName({metadata}: StatefulSet, ordinal: number): string {
  return `${metadata.name}-${ordinal}`
}

/** The pod with a number, as a revision's template says it: its name is also its host's, in the domain of the set's service. */
export function podOf(set: StatefulSet, ordinal: number, revision: ControllerRevision): Pod {
  const name = podName(set, ordinal)
  const template = templateOf(revision)
  const labels = {
    ...template.metadata?.labels,
    'apps.kubernetes.io/pod-index': `${ordinal}`,
    [revisionLabel]: revision.metadata.name,
    'statefulset.kubernetes.io/pod-name': name,
  }
  const {serviceName} = set.spec
  const spec = {...template.spec, hostname: name, ...(serviceName && {subdomain: serviceName})}
  return podFrom(set, {generateName: `${set.metadata.name}-`, name, labels}, {...template, spec})
}

export function isOf(pod: Pod, revision: string): boolean {
  return pod.metadata.labels?.[revisionLabel] === revision
}

/** Whether the next in order may follow: the pod runs, is ready and has been for long enough. */
export function isSteady(pod: Pod, {spec}: StatefulSet, now: number): boolean {
  return isRunning(pod) && isAvailable(pod, spec.minReadySeconds ?? 0, now) && !isTerminating(pod)
}

export function isRunning(pod: Pod): boolean {
  return pod.status?.phase === 'Running' && isReady(pod)
}
