import type {Pod} from '../../../objects/pod.ts'
import type {ProjectedSource, Volume} from '../../../objects/volume.ts'
import type {FollowedKind} from '../../client.ts'
import type {ObjectName} from '../lookup.ts'
import {allContainers} from '../pod-life.ts'

/** A ConfigMap or a Secret that a pod names. */
export type Reference = ObjectName & {readonly kind: FollowedKind}

/** All ConfigMaps and Secrets that a pod's volumes and variables name, each once. */
export function referencesOf(pod: Pod): readonly Reference[] {
  const {namespace = ''} = pod.metadata
  const containers = [...allContainers(pod), ...(pod.spec.ephemeralContainers ?? [])]
  const variables = containers.flatMap(({env = [], envFrom = []}) => [
    ...env.flatMap(({valueFrom}) => named(valueFrom?.configMapKeyRef, valueFrom?.secretKeyRef)),
    ...envFrom.flatMap(({configMapRef, secretRef}) => named(configMapRef, secretRef)),
  ])
  const names = [...(pod.spec.volumes ?? []).flatMap(ofVolume), ...variables]
  const unique = new Map(names.map(([kind, name]) => [`${kind}/${name}`, {kind, namespace, name}]))
  return [...unique.values()]
}

type Name = readonly [FollowedKind, string]

function ofVolume({configMap, secret, projected}: Volume): readonly Name[] {
  const whole = named(configMap, secret && {name: secret.secretName ?? ''})
  return [...whole, ...(projected?.sources ?? []).flatMap(ofSource)]
}

function ofSource({configMap, secret}: ProjectedSource): readonly Name[] {
  return named(configMap, secret)
}

function named(configMap: {readonly name?: string} | undefined, secret: {readonly name?: string} | undefined): Name[] {
  return [
    ...(configMap?.name ? [['ConfigMap', configMap.name] as const] : []),
    ...(secret?.name ? [['Secret', secret.name] as const] : []),
  ]
}
