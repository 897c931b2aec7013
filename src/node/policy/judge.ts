import {contains, parseAnyCidr} from '../../net/cidr.ts'
import type {Ip} from '../../net/ip.ts'
import type {Protocol} from '../../objects/container.ts'
import type {LabelSelector} from '../../objects/label-selector.ts'
import type {NetworkPolicy, PolicyPeer, PolicyPort} from '../../objects/network-policy.ts'
import {matches, selectorOf} from '../../objects/selector.ts'
import type {Direction} from './names.ts'
import type {PolicyView} from './plan.ts'
import type {PolicyPod} from './policy-pod.ts'
import {type Rule, rulesOf, speaksOf} from './rules.ts'

/** A connection, or a first datagram: from an address to a port of another. */
export type Call = {readonly from: string; readonly to: string; readonly protocol: Protocol; readonly port: number}

/**
 * Whether policies let a call through, at both its ends: the egress of the pod that calls, the ingress of the pod that is called, whichever
 * node they are on. For a program that calls in the name of others, whose packets no rule can tell apart: the userspace proxy. It says
 * what the tables of all nodes say (`policyPlans`). To make it takes a look at each policy and pod; a call costs no more than the
 * rules of the two pods, and the first one of a pod a look at the policies of its namespace.
 */
export function policyJudge({policies, namespaces, pods}: PolicyView): (call: Call) => boolean {
  const podAt = new Map(pods.flatMap(pod => pod.addresses.map(address => [address, pod] as const)))
  const labelsOf = new Map(namespaces.map(({metadata}) => [metadata.name, metadata.labels ?? {}]))
  const byNamespace = Map.groupBy(policies, ({metadata}) => metadata.namespace ?? 'default')
  const known: Readonly<Record<Direction, Map<PolicyPod, readonly Rule[] | undefined>>> = {
    ingress: new Map(),
    egress: new Map(),
  }

  /* undefined for a pod that is open. */
  const rulesFor = (pod: PolicyPod, direction: Direction) => {
    const there = known[direction]
    if (!there.has(pod)) there.set(pod, rulesThatIsolate(pod, direction, byNamespace.get(pod.namespace) ?? []))
    return there.get(pod)
  }
  const lets = (direction: Direction, self: PolicyPod | undefined, call: Call): boolean => {
    const rules = self && rulesFor(self, direction)
    if (rules === undefined) return true
    const address = direction === 'ingress' ? call.from : call.to
    const other: Other = {address, pod: podAt.get(address), labelsOf}
    const called = podAt.get(call.to)
    return rules.some(
      ({namespace, ports, peers}) =>
        (ports.length === 0 || ports.some(port => isAt(port, call, called))) &&
        (peers.length === 0 || peers.some(peer => means(peer, namespace, other))),
    )
  }
  return call =>
    call.from === call.to || (lets('egress', podAt.get(call.from), call) && lets('ingress', podAt.get(call.to), call))
}

function rulesThatIsolate(
  {labels}: PolicyPod,
  direction: Direction,
  policies: readonly NetworkPolicy[],
): readonly Rule[] | undefined {
  const isolating = policies.filter(policy => speaksOf(policy, direction) && chooses(policy.spec.podSelector, labels))
  return isolating.length === 0 ? undefined : isolating.flatMap(policy => rulesOf(policy, direction))
}

/** The other end, seen from the pod whose rules are asked. */
type Other = {
  readonly address: string
  readonly pod: PolicyPod | undefined
  readonly labelsOf: ReadonlyMap<string, Readonly<Record<string, string>>>
}

function means(
  {ipBlock, namespaceSelector, podSelector = {}}: PolicyPeer,
  home: string,
  {address, pod, labelsOf}: Other,
): boolean {
  if (ipBlock) return isIn(ipBlock.cidr, address) && !(ipBlock.except ?? []).some(part => isIn(part, address))
  if (pod === undefined || !chooses(podSelector, pod.labels)) return false
  if (namespaceSelector === undefined) return pod.namespace === home
  const labels = labelsOf.get(pod.namespace)
  return labels !== undefined && chooses(namespaceSelector, labels)
}

/* What a port's name means is up to the pod that is called. */
function isAt({protocol = 'TCP', port, endPort}: PolicyPort, call: Call, called: PolicyPod | undefined): boolean {
  if (protocol !== call.protocol) return false
  if (port === undefined) return true
  if (typeof port === 'number') return call.port >= port && call.port <= (endPort ?? port)
  return (called?.ports ?? []).some(one => one.name === port && one.protocol === protocol && one.port === call.port)
}

function chooses(selector: LabelSelector, labels: Readonly<Record<string, string>>): boolean {
  return matches(selectorOf(selector), labels)
}

function isIn(network: string, address: string): boolean {
  return contains(parseAnyCidr(network), address as Ip)
}
