import type {Pod} from '../objects/pod.ts'
import type {ServicePort} from '../objects/service.ts'

/** The number that a port of a service means in a pod; undefined when the pod has no port of that name. */
export function targetPort({spec}: Pod, {targetPort: target, port, protocol = 'TCP'}: ServicePort): number | undefined {
  if (typeof target !== 'string') return target ?? port
  const named = spec.containers
    .flatMap(({ports = []}) => ports)
    .find(candidate => candidate.name === target && (candidate.protocol ?? 'TCP') === protocol)
  return named?.containerPort
}
