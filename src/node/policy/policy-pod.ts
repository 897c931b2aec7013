import type {Protocol} from '../../objects/container.ts'
import type {Pod} from '../../objects/pod.ts'
import {isFinished} from '../../objects/pod-status.ts'

/** A pod as NetworkPolicies see it: what selects it, where its packets come from, and what its ports are called. */
export type PolicyPod = {
  readonly namespace: string
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  /** Of either family; none before it has its network. */
  readonly addresses: readonly string[]
  /** On the node that the rules are for. */
  readonly isLocal: boolean
  readonly ports: readonly NamedPort[]
}

export type NamedPort = {readonly name: string; readonly protocol: Protocol; readonly port: number}

/**
 * The pods that policies can mean. One in its node's network is its node, to which no policy speaks; one that has run to its end has no
 * address any more, whatever its status says: another may have it. `own` tells the addresses of a pod of this node, before the API hears of
 * them; undefined is one of another.
 */
export function policyPods(
  pods: Iterable<Pod>,
  {own}: {readonly own: (pod: Pod) => readonly string[] | undefined},
): readonly PolicyPod[] {
  const found: PolicyPod[] = []
  for (const pod of pods) {
    if (pod.spec.hostNetwork || isFinished(pod)) continue
    const given = own(pod)
    const [addresses, isLocal] = [given ?? reported(pod), given !== undefined]
    if (addresses.length === 0) continue
    const {namespace = 'default', name, labels = {}} = pod.metadata
    found.push({namespace, name, labels, addresses, isLocal, ports: namedPorts(pod)})
  }
  return found
}

/** Whether a change of a pod is one that policies care about. */
export function looksTheSame(a: Pod | undefined, b: Pod | undefined): boolean {
  return a !== undefined && b !== undefined && faceOf(a) === faceOf(b)
}

function faceOf(pod: Pod): string {
  const {uid, labels = {}} = pod.metadata
  return JSON.stringify([uid, labels, pod.spec.nodeName, isFinished(pod), reported(pod)])
}

function reported({status}: Pod): readonly string[] {
  const all = (status?.podIPs ?? []).map(({ip}) => ip)
  return all.length > 0 ? all : status?.podIP ? [status.podIP] : []
}

function namedPorts({spec}: Pod): readonly NamedPort[] {
  return spec.containers.flatMap(({ports = []}) =>
    ports.flatMap(({name, protocol = 'TCP', containerPort}) =>
      name === undefined ? [] : [{name, protocol, port: containerPort}],
    ),
  )
}
