import type {Pod} from './pod.ts'
import {podSpecDefaults} from './pod-rules.ts'
import {withRequests} from './resources.ts'
import {withQuietTolerations} from './toleration.ts'

/**
 * A pod with what the API server and its admission plugins fill in, which the template of a pod does not get. What depends on its
 * service account is added where that is known.
 */
export function podDefaults(pod: Pod): Pod {
  const spec = podSpecDefaults(pod.spec)
  const {serviceAccountName = 'default', initContainers} = spec
  return {
    ...pod,
    spec: {
      ...spec,
      containers: spec.containers.map(withRequests),
      ...(initContainers && {initContainers: initContainers.map(withRequests)}),
      serviceAccountName,
      serviceAccount: serviceAccountName,
      enableServiceLinks: spec.enableServiceLinks ?? true,
      tolerations: withQuietTolerations(spec.tolerations),
      priority: spec.priority ?? priorities[spec.priorityClassName ?? ''] ?? 0,
      preemptionPolicy: spec.preemptionPolicy ?? 'PreemptLowerPriority',
    },
  }
}

/** The priority classes that every cluster has. */
const priorities: Readonly<Record<string, number>> = {
  'system-cluster-critical': 2_000_000_000,
  'system-node-critical': 2_000_001_000,
}
