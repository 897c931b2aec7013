import type {DaemonSet} from './daemon-set.ts'
import type {Deployment} from './deployment.ts'
import type {Job} from './job.ts'
import type {ReplicaSet} from './replica-set.ts'
import type {ReplicationController} from './replication-controller.ts'
import {type Selector, selectorOf, selectorOfLabels} from './selector.ts'
import type {StatefulSet} from './stateful-set.ts'

/** What makes pods from a template, itself or through another, and knows them by their labels. */
export type Workload = Deployment | ReplicaSet | ReplicationController | DaemonSet | StatefulSet | Job

export const workloadKinds = [
  'Deployment',
  'ReplicaSet',
  'ReplicationController',
  'DaemonSet',
  'StatefulSet',
  'Job',
] as const satisfies readonly Workload['kind'][]

export function podSelectorOf(workload: Workload): Selector {
  return workload.kind === 'ReplicationController'
    ? selectorOfLabels(workload.spec.selector ?? {})
    : selectorOf(workload.spec.selector ?? {})
}
