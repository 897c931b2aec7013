import {conditionsSchema} from './condition.ts'
import {type Container, containerDefaults, containerMistakes, containerSchema} from './container.ts'
import {equal} from './equal.ts'
import {dnsLabel, dnsSubdomain, labelValue, qualifiedName} from './format.ts'
import {hostPortMistakes, withHostPorts} from './host-ports.ts'
import {forbidden, type Mistake, type Path, required} from './mistake.ts'
import type {Pod, PodSpec} from './pod.ts'
import {
  anything,
  boolean,
  integer,
  list,
  listBy,
  map,
  oneOf,
  record,
  type Schema,
  string,
  text,
  unsupported,
} from './schema.ts'

const tolerationSchema = record({
  key: text(qualifiedName),
  operator: oneOf('Exists', 'Equal'),
  value: text(labelValue),
  effect: oneOf('NoSchedule', 'PreferNoSchedule', 'NoExecute'),
  tolerationSeconds: anything,
})

const accounts = unsupported('service accounts')
const priorities = unsupported('pod priorities')
const hostNamespaces = unsupported("pods in their node's namespaces")

export const podSpecSchema: Schema = record(
  {
    containers: listBy(['name'], containerSchema),
    initContainers: listBy(['name'], containerSchema),
    restartPolicy: oneOf('Always', 'OnFailure', 'Never'),
    terminationGracePeriodSeconds: integer(0),
    dnsPolicy: oneOf('ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'),
    nodeName: text(dnsSubdomain),
    nodeSelector: map(text(labelValue), qualifiedName),
    tolerations: list(tolerationSchema),
    hostname: text(dnsLabel),
    subdomain: text(dnsLabel),
    shareProcessNamespace: boolean,
    schedulerName: oneOf('default-scheduler'),
    // The rest of Kubernetes' pod is refused by name: nothing that a manifest asks for is ignored.
    activeDeadlineSeconds: unsupported('active deadlines'),
    affinity: unsupported('affinity'),
    automountServiceAccountToken: accounts,
    dnsConfig: unsupported('dnsConfig'),
    enableServiceLinks: unsupported('enableServiceLinks'),
    ephemeralContainers: unsupported('ephemeral containers'),
    hostAliases: unsupported('hostAliases'),
    hostIPC: hostNamespaces,
    hostNetwork: boolean,
    hostPID: hostNamespaces,
    hostUsers: unsupported('user namespaces of pods'),
    imagePullSecrets: unsupported('secrets'),
    os: unsupported('operating systems'),
    overhead: unsupported('pod overhead'),
    preemptionPolicy: priorities,
    priority: priorities,
    priorityClassName: priorities,
    readinessGates: unsupported('readiness gates'),
    resourceClaims: unsupported('resource claims'),
    resources: unsupported('resources of whole pods'),
    runtimeClassName: unsupported('runtime classes'),
    schedulingGates: unsupported('scheduling gates'),
    securityContext: unsupported('security contexts'),
    serviceAccount: accounts,
    serviceAccountName: accounts,
    setHostnameAsFQDN: unsupported('setHostnameAsFQDN'),
    topologySpreadConstraints: unsupported('topology spread constraints'),
    volumes: unsupported('volumes'),
  },
  ['containers'],
)

const addresses = listBy(['ip'], record({ip: string}, ['ip']))

const podStatusSchema: Schema = record({
  conditions: conditionsSchema,
  containerStatuses: list(anything),
  ephemeralContainerStatuses: list(anything),
  hostIP: string,
  hostIPs: addresses,
  initContainerStatuses: list(anything),
  message: string,
  nominatedNodeName: string,
  observedGeneration: anything,
  phase: oneOf('Pending', 'Running', 'Succeeded', 'Failed', 'Unknown'),
  podIP: string,
  podIPs: addresses,
  qosClass: string,
  reason: string,
  resize: string,
  resourceClaimStatuses: list(anything),
  startTime: string,
})

export const podFields: Readonly<Record<string, Schema>> = {spec: podSpecSchema, status: podStatusSchema}

export function podSpecDefaults(spec: PodSpec): PodSpec {
  return {
    ...withHostPorts({
      ...spec,
      containers: spec.containers.map(containerDefaults),
      ...(spec.initContainers && {initContainers: spec.initContainers.map(containerDefaults)}),
    }),
    restartPolicy: spec.restartPolicy ?? 'Always',
    terminationGracePeriodSeconds: spec.terminationGracePeriodSeconds ?? 30,
    dnsPolicy: spec.dnsPolicy ?? 'ClusterFirst',
  }
}

export function podSpecMistakes(spec: PodSpec, path: Path): Mistake[] {
  const containers = [...path, 'containers']
  const {initContainers = [], terminationGracePeriodSeconds = 30} = spec
  return [
    ...(spec.containers.length === 0 ? [required(containers)] : []),
    ...containerMistakes(spec, path, terminationGracePeriodSeconds),
    ...hostPortMistakes(spec, containers),
    ...hostPortMistakes({...spec, containers: initContainers}, [...path, 'initContainers']),
    ...(spec.dnsPolicy === 'None'
      ? [forbidden([...path, 'dnsPolicy'], 'podlab does not support dnsPolicy None, which needs dnsConfig')]
      : []),
    ...(spec.hostNetwork && spec.shareProcessNamespace
      ? [forbidden([...path, 'shareProcessNamespace'], "podlab does not support it for pods in their node's network")]
      : []),
  ]
}

/** What the resources that the containers ask for make of the pod; podlab shows it and gives it no meaning. */
export function qualityOf({containers, initContainers = []}: PodSpec): 'BestEffort' | 'Burstable' | 'Guaranteed' {
  const asked = [...containers, ...initContainers].map(({resources: {requests = {}, limits = {}} = {}}) => ({
    requests: {...limits, ...requests},
    limits,
  }))
  if (asked.every(({requests}) => Object.keys(requests).length === 0)) return 'BestEffort'
  const fixed = asked.every(({requests, limits}) => 'cpu' in limits && 'memory' in limits && equal(requests, limits))
  return fixed ? 'Guaranteed' : 'Burstable'
}

const updatable =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)'

/** A pod is what it was made as. Kubernetes lets its images change; podlab does not restart a container for that. */
export function podUpdateMistakes({spec}: Pod, {spec: before}: Pod): Mistake[] {
  if (equal(spec, before)) return []
  const imagesOnly = equal(withoutImages(spec), withoutImages(before))
  return [
    forbidden(
      ['spec'],
      imagesOnly ? 'podlab does not support changing the image of a pod; delete it and make another' : updatable,
    ),
  ]
}

function withoutImages(spec: PodSpec): unknown {
  const {containers, initContainers = []} = spec
  const withoutImage = (container: Container) => ({...container, image: '', imagePullPolicy: ''})
  return {...spec, containers: containers.map(withoutImage), initContainers: initContainers.map(withoutImage)}
}
