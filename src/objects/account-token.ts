import type {Container} from './container.ts'
import {nameSuffix} from './names.ts'
import type {Pod, PodSpec} from './pod.ts'
import type {ServiceAccount} from './service-account.ts'
import type {Volume, VolumeMount} from './volume.ts'

/*
 * Who a pod is towards the API server: the admission plugin ServiceAccount gives every pod a volume with a token of its account, the
 * certificate of the authority that signed the API server's, and the name of its namespace.
 */

/** Where programs look for it. */
const mountPath = '/var/run/secrets/kubernetes.io/serviceaccount'

const volumePrefix = 'kube-api-access-'

/** The ConfigMap with the authority's certificate that every namespace has. */
export const rootCaName = 'kube-root-ca.crt'

/** How long the token is asked for, in seconds; the API server makes it last a year, for those who read it once, and has it renewed all the same. */
export const injectedSeconds = 3607

/** The pod with its account's token, unless it or the account does not want it, or its containers have something else in that place. */
export function withAccountToken(pod: Pod, account: ServiceAccount | undefined, random: () => number): Pod {
  const {spec} = pod
  const pulling = spec.imagePullSecrets?.length
    ? {}
    : account?.imagePullSecrets && {imagePullSecrets: account.imagePullSecrets}
  const wanted = spec.automountServiceAccountToken ?? account?.automountServiceAccountToken ?? true
  const {volumes = [], containers, initContainers} = spec
  const all = [...containers, ...(initContainers ?? [])]
  if (!wanted || all.every(hasPlace))
    return pulling && Object.keys(pulling).length > 0 ? {...pod, spec: {...spec, ...pulling}} : pod
  const known = volumes.find(isAccess)
  const name = known?.name ?? `${volumePrefix}${nameSuffix(random)}`
  const mount: VolumeMount = {name, readOnly: true, mountPath}
  const mounted = (list: readonly Container[]) =>
    list.map(container => (hasPlace(container) ? container : withMount(container, mount)))
  return {
    ...pod,
    spec: {
      ...spec,
      ...pulling,
      containers: mounted(containers),
      ...(initContainers && {initContainers: mounted(initContainers)}),
      volumes: known ? volumes : [...volumes, accessVolume(name)],
    },
  }
}

/** The spec of a pod that a client has sent without what the pod was given at birth. */
export function inheritAccess(spec: PodSpec, before: PodSpec): PodSpec {
  const access = before.volumes?.find(isAccess)
  if (!access || spec.volumes?.some(isAccess)) return spec
  const mounts = new Map(
    [...before.containers, ...(before.initContainers ?? [])].map(({name, volumeMounts = []}) => [
      name,
      volumeMounts.find(mount => mount.name === access.name),
    ]),
  )
  const mounted = (list: readonly Container[]) =>
    list.map(container => {
      const mount = mounts.get(container.name)
      return mount && !hasPlace(container) ? withMount(container, mount) : container
    })
  return {
    ...spec,
    containers: mounted(spec.containers),
    ...(spec.initContainers && {initContainers: mounted(spec.initContainers)}),
    volumes: [...(spec.volumes ?? []), access],
  }
}

function isAccess({name}: Volume): boolean {
  return name.startsWith(volumePrefix)
}

function hasPlace({volumeMounts = []}: Container): boolean {
  return volumeMounts.some(mount => mount.mountPath === mountPath)
}

function withMount(container: Container, mount: VolumeMount): Container {
  return {...container, volumeMounts: [...(container.volumeMounts ?? []), mount]}
}

function accessVolume(name: string): Volume {
  const field = {path: 'namespace', fieldRef: {apiVersion: 'v1', fieldPath: 'metadata.namespace'}}
  return {
    name,
    projected: {
      sources: [
        {serviceAccountToken: {expirationSeconds: injectedSeconds, path: 'token'}},
        {configMap: {name: rootCaName, items: [{key: 'ca.crt', path: 'ca.crt'}]}},
        {downwardAPI: {items: [field]}},
      ],
      defaultMode: 0o644,
    },
  }
}
