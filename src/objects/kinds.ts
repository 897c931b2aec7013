import {configMapKind} from './config-map.ts'
import {controllerRevisionKind} from './controller-revision.ts'
import {daemonSetKind} from './daemon-set.ts'
import {deploymentKind} from './deployment.ts'
import {endpointSliceKind} from './endpoint-slice.ts'
import {endpointsKind} from './endpoints.ts'
import {eventKind} from './event.ts'
import {ingressKind} from './ingress.ts'
import {ingressClassKind} from './ingress-class.ts'
import {jobKind} from './job.ts'
import type {Kind} from './kind.ts'
import {leaseKind} from './lease.ts'
import {namespaceKind} from './namespace.ts'
import {suggestion} from './nearest.ts'
import {networkPolicyKind} from './network-policy.ts'
import {nodeKind} from './node.ts'
import {podKind} from './pod.ts'
import {podDisruptionBudgetKind} from './pod-disruption-budget.ts'
import {replicaSetKind} from './replica-set.ts'
import {replicationControllerKind} from './replication-controller.ts'
import {secretKind} from './secret.ts'
import {serviceKind} from './service.ts'
import {serviceAccountKind} from './service-account.ts'
import {statefulSetKind} from './stateful-set.ts'

/** Every kind that podlab serves. */
export const kinds = {
  Namespace: namespaceKind,
  Node: nodeKind,
  Pod: podKind,
  ReplicaSet: replicaSetKind,
  Deployment: deploymentKind,
  DaemonSet: daemonSetKind,
  StatefulSet: statefulSetKind,
  ReplicationController: replicationControllerKind,
  ControllerRevision: controllerRevisionKind,
  Job: jobKind,
  Service: serviceKind,
  Endpoints: endpointsKind,
  EndpointSlice: endpointSliceKind,
  NetworkPolicy: networkPolicyKind,
  Ingress: ingressKind,
  IngressClass: ingressClassKind,
  ConfigMap: configMapKind,
  Secret: secretKind,
  ServiceAccount: serviceAccountKind,
  Event: eventKind,
  Lease: leaseKind,
  PodDisruptionBudget: podDisruptionBudgetKind,
} satisfies Readonly<Record<string, Kind>>

export type KindName = keyof typeof kinds

/** The type of a kind's objects: `ObjectOf<'Pod'>` is `Pod`. */
export type ObjectOf<K extends KindName> = (typeof kinds)[K] extends Kind<infer T> ? T : never

/** An object of any kind; its `kind` tells which. */
export type KubeObjectAny = {[K in KindName]: ObjectOf<K>}[KindName]

/** A kind's resource as messages name it: `pods`, `replicasets.apps`. */
export function resourceName(kind: KindName): string {
  const {plural, apiVersions} = kinds[kind]
  return inGroup(plural, apiVersions[0])
}

/** A kind as messages name it: `Pod`, `ReplicaSet.apps`. One that podlab does not serve keeps its bare name. */
export function qualifiedKind(kind: string): string {
  if (kind === 'Scale') return 'Scale.autoscaling'
  return isKindName(kind) ? inGroup(kind, kinds[kind].apiVersions[0]) : kind
}

function inGroup(name: string, apiVersion: string): string {
  const slash = apiVersion.indexOf('/')
  return slash < 0 ? name : `${name}.${apiVersion.slice(0, slash)}`
}

/** A word that names no kind. The message lists those that there are. */
export class UnknownKindError extends Error {
  override readonly name = 'UnknownKindError'
  readonly word: string

  constructor(word: string) {
    const known = Object.keys(kinds)
    const hint = suggestion(word, wordsForKinds.keys())
    super(`podlab does not know the kind "${word}"; it knows ${known.join(', ')}${hint ? `; ${hint}` : ''}`)
    this.word = word
  }
}

const wordsForKinds: ReadonlyMap<string, KindName> = new Map(
  Object.values(kinds).flatMap(({kind, plural, singular, shortNames}) =>
    [kind, plural, singular, ...shortNames].map(word => [word, kind] as const),
  ),
)

/** The kind that a word of a command means: `Pod`, `pods`, `pod` or `po`, in any case. Throws UnknownKindError. */
export function kindNamed(word: string): KindName {
  const name = wordsForKinds.get(word) ?? wordsForKinds.get(word.toLowerCase())
  if (name === undefined) throw new UnknownKindError(word)
  return name
}

/** The kind that a manifest's `kind` says, letter by letter; undefined when there is none. */
export function kindOf(name: string): Kind | undefined {
  return isKindName(name) ? kinds[name] : undefined
}

export function isKindName(name: string): name is KindName {
  return Object.hasOwn(kinds, name)
}
