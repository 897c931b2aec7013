import type {Controller} from './controller.ts'
import {deploymentController} from './deployment/deployment.ts'
import {endpointsController} from './endpoints.ts'
import {garbageCollector} from './garbage.ts'
import {lostPods} from './lost-pods.ts'
import {namespaceController} from './namespaces.ts'
import {replicaSetController} from './replica-set.ts'
import {replicationController} from './replication-controller.ts'
import {scheduler} from './scheduler.ts'

/** Every controller of a cluster. */
export const controllers = [
  scheduler,
  replicaSetController,
  deploymentController,
  replicationController,
  endpointsController,
  garbageCollector,
  namespaceController,
  lostPods,
] as const satisfies readonly Controller[]
