import type {Controller} from './controller.ts'
import {daemonSetController} from './daemon-set/daemon-set.ts'
import {deploymentController} from './deployment/deployment.ts'
import {disruptionController} from './disruption/disruption.ts'
import {endpointSliceMirroring} from './endpoint-slice-mirroring.ts'
import {endpointSliceController} from './endpoint-slices.ts'
import {endpointsController} from './endpoints.ts'
import {eventExpiry} from './event-expiry.ts'
import {garbageCollector} from './garbage.ts'
import {jobController} from './job/job.ts'
import {lostPods} from './lost-pods.ts'
import {serviceAccounts, systemNamespaces} from './namespace-content.ts'
import {namespaceController} from './namespaces.ts'
import {nodeLifecycle} from './nodes/node-lifecycle.ts'
import {taintEviction} from './nodes/taint-eviction.ts'
import {registeredNodes} from './registered-nodes.ts'
import {replicaSetController} from './replica-set.ts'
import {replicationController} from './replication-controller.ts'
import {scheduler} from './scheduler/scheduler.ts'
import {statefulSetController} from './stateful-set/stateful-set.ts'

/** Every controller of a cluster. */
export const controllers = [
  scheduler,
  replicaSetController,
  deploymentController,
  daemonSetController,
  statefulSetController,
  jobController,
  replicationController,
  endpointsController,
  endpointSliceController,
  endpointSliceMirroring,
  disruptionController,
  garbageCollector,
  namespaceController,
  serviceAccounts,
  systemNamespaces,
  lostPods,
  nodeLifecycle,
  taintEviction,
  registeredNodes,
  eventExpiry,
] as const satisfies readonly Controller[]
