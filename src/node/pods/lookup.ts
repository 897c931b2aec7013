import type {ConfigMap} from '../../objects/config-map.ts'
import type {Secret} from '../../objects/secret.ts'
import type {FollowedKind} from '../client.ts'

/** Finds what a pod names; undefined when there is none. */
export type Lookup = (kind: FollowedKind, name: ObjectName) => ConfigMap | Secret | undefined

export type ObjectName = {readonly namespace: string; readonly name: string}

/** As the API server says it: `configmap "settings" not found`. */
export function notFound(kind: FollowedKind, name: string): string {
  return `${kind.toLowerCase()} ${JSON.stringify(name)} not found`
}
