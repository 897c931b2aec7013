import type {Controller} from './controller.ts'
import {endpointsController} from './endpoints.ts'
import {garbageCollector} from './garbage.ts'
import {lostPods} from './lost-pods.ts'
import {namespaceController} from './namespaces.ts'
import {replicaSetController} from './replica-set.ts'
import {scheduler} from './scheduler.ts'

/** Every controller of a cluster. */
export const controllers = [
  scheduler,
  replicaSetController,
  endpointsController,
  garbageCollector,
  namespaceController,
  lostPods,
] as const satisfies readonly Controller[]
