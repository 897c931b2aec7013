import type {Pod} from '../objects/pod.ts'
import type {Service} from '../objects/service.ts'

/** Where endpoints say what moment they answer to: from then to the rules of the last node, programming the network takes. */
export const triggerTimeAnnotation = 'endpoints.kubernetes.io/last-change-trigger-time'

/** The last moment at which a pod became ready or ceased to be, or the service came. */
export function triggerTime({metadata}: Service, pods: readonly Pod[]): string | undefined {
  const times = pods.flatMap(
    ({status}) => status?.conditions?.find(({type}) => type === 'Ready')?.lastTransitionTime ?? [],
  )
  return [...times, ...(metadata.creationTimestamp ? [metadata.creationTimestamp] : [])].reduce<string | undefined>(
    (last, time) => (last === undefined || time > last ? time : last),
    undefined,
  )
}
