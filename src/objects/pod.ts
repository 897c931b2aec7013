import {inheritAccess} from './account-token.ts'
import type {Affinity} from './affinity.ts'
import {ageOf, since} from './age.ts'
import type {Condition} from './condition.ts'
import type {Container, ContainerStatus, EphemeralContainer} from './container.ts'
import {dnsSubdomain} from './format.ts'
import type {Deletion, Kind} from './kind.ts'
import type {KubeObject} from './kube-object.ts'
import {podDefaults} from './pod-defaults.ts'
import type {DnsConfig, HostAlias} from './pod-names.ts'
import {podSpecMistakes, podUpdateMistakes, qualityOf} from './pod-rules.ts'
import {podFields} from './pod-schema.ts'
import {isFinished, isInitializing, podWord} from './pod-status.ts'
import type {PodSecurityContext} from './security-context.ts'
import {timestamp} from './timestamp.ts'
import type {Toleration} from './toleration.ts'
import type {TopologySpread} from './topology-spread.ts'
import type {Volume} from './volume.ts'

/** Containers that share one network namespace, one address and one fate. */
export type Pod = KubeObject & {
  readonly apiVersion: 'v1'
  readonly kind: 'Pod'
  readonly spec: PodSpec
  readonly status?: PodStatus
}

export type PodSpec = {
  readonly containers: readonly Container[]
  /** Run to their end, one after the other, before the others start. */
  readonly initContainers?: readonly Container[]
  readonly restartPolicy?: RestartPolicy
  readonly terminationGracePeriodSeconds?: number
  readonly dnsPolicy?: DnsPolicy
  readonly nodeName?: string
  readonly nodeSelector?: Readonly<Record<string, string>>
  readonly tolerations?: readonly Toleration[]
  readonly hostname?: string
  readonly subdomain?: string
  readonly shareProcessNamespace?: boolean
  /** The pod has no network of its own: it is in its node's. */
  readonly hostNetwork?: boolean
  readonly schedulerName?: string
  readonly serviceAccountName?: string
  readonly serviceAccount?: string
  readonly automountServiceAccountToken?: boolean
  /** Put into the pod while it runs, to look at it; through their subresource only. */
  readonly ephemeralContainers?: readonly EphemeralContainer[]
  readonly volumes?: readonly Volume[]
  readonly activeDeadlineSeconds?: number
  readonly imagePullSecrets?: readonly {readonly name?: string}[]
  readonly affinity?: Affinity
  readonly topologySpreadConstraints?: readonly TopologySpread[]
  readonly priorityClassName?: string
  readonly priority?: number
  readonly preemptionPolicy?: 'Never' | 'PreemptLowerPriority'
  readonly runtimeClassName?: string
  readonly os?: {readonly name: string}
  readonly securityContext?: PodSecurityContext
  readonly setHostnameAsFQDN?: boolean
  readonly hostAliases?: readonly HostAlias[]
  readonly dnsConfig?: DnsConfig
  readonly enableServiceLinks?: boolean
  /** Conditions that somebody else must set before the pod is ready. */
  readonly readinessGates?: readonly {readonly conditionType: string}[]
}

export type RestartPolicy = 'Always' | 'OnFailure' | 'Never'

export type DnsPolicy = 'ClusterFirst' | 'ClusterFirstWithHostNet' | 'Default' | 'None'

export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown'

export type PodStatus = {
  readonly phase?: PodPhase
  readonly conditions?: readonly Condition[]
  readonly message?: string
  readonly reason?: string
  readonly hostIP?: string
  readonly hostIPs?: readonly {readonly ip: string}[]
  readonly podIP?: string
  readonly podIPs?: readonly {readonly ip: string}[]
  readonly startTime?: string
  readonly nominatedNodeName?: string
  readonly initContainerStatuses?: readonly ContainerStatus[]
  readonly containerStatuses?: readonly ContainerStatus[]
  readonly ephemeralContainerStatuses?: readonly ContainerStatus[]
  readonly qosClass?: 'BestEffort' | 'Burstable' | 'Guaranteed'
}

/** What a controller makes its pods from. */
export type PodTemplate = {
  readonly metadata?: {
    readonly name?: string
    readonly labels?: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
  }
  readonly spec: PodSpec
}

export const podKind: Kind<Pod> = {
  kind: 'Pod',
  plural: 'pods',
  singular: 'pod',
  shortNames: ['po'],
  namespaced: true,
  apiVersions: ['v1'],
  countsGenerations: false,
  hasStatus: true,
  categories: ['all'],
  name: dnsSubdomain,
  fields: podFields,
  required: ['spec'],
  defaults: podDefaults,
  validate: pod => podSpecMistakes(pod.spec, ['spec']),
  initial: pod => ({...pod, status: {phase: 'Pending', qosClass: qualityOf(pod.spec)}}),
  inherit: (pod, before) => {
    const nodeName = pod.spec.nodeName ?? before.spec.nodeName
    return {...pod, spec: {...inheritAccess(pod.spec, before.spec), ...(nodeName !== undefined && {nodeName})}}
  },
  validateUpdate: podUpdateMistakes,
  terminating: terminatingPod,
  selectable: [
    {field: 'spec.nodeName', value: ({spec}) => spec.nodeName ?? ''},
    {field: 'spec.restartPolicy', value: ({spec}) => spec.restartPolicy ?? ''},
    {field: 'spec.schedulerName', value: ({spec}) => spec.schedulerName ?? ''},
    {field: 'spec.serviceAccountName', value: ({spec}) => spec.serviceAccountName ?? ''},
    {field: 'spec.hostNetwork', value: ({spec}) => `${spec.hostNetwork ?? false}`},
    {field: 'status.phase', value: ({status}) => status?.phase ?? ''},
    {field: 'status.podIP', value: ({status}) => status?.podIP ?? ''},
    {field: 'status.nominatedNodeName', value: ({status}) => status?.nominatedNodeName ?? ''},
  ],
  columns: [
    {name: 'Name', value: pod => pod.metadata.name},
    {name: 'Ready', value: readyColumn},
    {name: 'Status', value: podWord},
    {name: 'Restarts', value: restartsColumn},
    {name: 'Age', value: ageOf},
    {name: 'IP', wide: true, value: pod => pod.status?.podIP ?? '<none>'},
    {name: 'Node', wide: true, value: pod => pod.spec.nodeName ?? '<none>'},
    {name: 'Nominated Node', wide: true, value: pod => pod.status?.nominatedNodeName || '<none>'},
    {name: 'Readiness Gates', wide: true, value: gatesColumn},
  ],
}

function readyColumn(pod: Pod): string {
  const containers = isInitializing(pod) ? [] : (pod.status?.containerStatuses ?? [])
  const ready = containers.filter(container => container.ready && container.state?.running)
  return `${ready.length}/${pod.spec.containers.length}`
}

/** How many of the conditions that others set hold: `1/2`. */
function gatesColumn({spec: {readinessGates = []}, status}: Pod): string {
  if (readinessGates.length === 0) return '<none>'
  const met = readinessGates.filter(({conditionType}) =>
    status?.conditions?.some(({type, status}) => type === conditionType && status === 'True'),
  )
  return `${met.length}/${readinessGates.length}`
}

/** How often containers were started anew, and when last. While the pod is initialised, those that do it count. */
function restartsColumn(pod: Pod, now: number): string {
  const {containerStatuses = [], initContainerStatuses = []} = pod.status ?? {}
  const containers = isInitializing(pod) ? initContainerStatuses : containerStatuses
  const count = containers.reduce((sum, {restartCount}) => sum + restartCount, 0)
  const last = containers
    .flatMap(({lastState}) => lastState?.terminated?.finishedAt ?? [])
    .toSorted()
    .at(-1)
  return count > 0 && last !== undefined ? `${count} (${since(last, now)} ago)` : `${count}`
}

/**
 * Deleting a pod is a request to its node, which stops the containers and then takes the object out of the store. A pod
 * without a node, or without anything running, has nobody to wait for. Asking again can only shorten the wait.
 */
function terminatingPod(
  pod: Pod,
  {now, graceSeconds = pod.spec.terminationGracePeriodSeconds ?? 30}: Deletion,
): Pod | undefined {
  const {deletionGracePeriodSeconds: granted = Number.POSITIVE_INFINITY, ...metadata} = pod.metadata
  if (pod.spec.nodeName === undefined || isFinished(pod) || graceSeconds === 0) return undefined
  if (granted <= graceSeconds) return pod
  const deletionTimestamp = timestamp(now + graceSeconds * 1000)
  return {...pod, metadata: {...metadata, deletionTimestamp, deletionGracePeriodSeconds: graceSeconds}}
}
