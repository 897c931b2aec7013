import {contains, parseAnyCidr} from '../../net/cidr.ts'
import {parseAnyIp} from '../../net/ip6.ts'
import type {Protocol} from '../../objects/container.ts'
import type {LabelSelector} from '../../objects/label-selector.ts'
import type {Namespace} from '../../objects/namespace.ts'
import type {NetworkPolicy, PolicyPeer, PolicyPort} from '../../objects/network-policy.ts'
import type {Pod} from '../../objects/pod.ts'
import {matches, selectorOf} from '../../objects/selector.ts'

/*
 * What NetworkPolicies mean, said once more and apart from the rules that enforce them, so that the one can be held against the other:
 *
 * - A pod is isolated for ingress when a policy with policyType Ingress selects it, for egress likewise. One that is not isolated is open.
 * - To and from an isolated pod goes what some rule of some such policy allows. Policies only add up; their order means nothing.
 * - A connection must be allowed at both ends. Its replies are.
 * - A rule allows what meets one of its peers and one of its ports; no peers, or no ports, means any.
 * - A pod cannot be kept from itself, nor from its own node, nor that node from it. Pods in a node's network are the node.
 */

/** One end of a connection: a pod, a node (and so a pod in its network), or an address somewhere else. */
export type Party = {readonly address: string; readonly pod?: Pod; readonly node?: string}

/** A connection that somebody tries to open. */
export type Attempt = {readonly from: Party; readonly to: Party; readonly protocol: Protocol; readonly port: number}

export type PolicyWorld = {readonly policies: readonly NetworkPolicy[]; readonly namespaces: readonly Namespace[]}

/** What policies make of it; `denied` names the ends that refuse, and the policies that isolate them: `shop/web ingress (shop/default-deny)`. */
export type Judgement = {readonly allowed: boolean; readonly denied: readonly string[]}

export function judge(attempt: Attempt, world: PolicyWorld): Judgement {
  const {from, to} = attempt
  if (isSame(from.pod, to.pod) || areNeighbours(from, to)) return {allowed: true, denied: []}
  const denied = [...refusal('Egress', attempt, world), ...refusal('Ingress', attempt, world)]
  return {allowed: denied.length === 0, denied}
}

/* A pod and its own node. */
function areNeighbours(a: Party, b: Party): boolean {
  const isOne = a.pod === undefined || b.pod === undefined
  return isOne && a.node !== undefined && a.node === b.node
}

function refusal(type: 'Ingress' | 'Egress', attempt: Attempt, world: PolicyWorld): readonly string[] {
  const [self, other] = type === 'Ingress' ? [attempt.to, attempt.from] : [attempt.from, attempt.to]
  const {pod} = self
  if (pod === undefined) return []
  const isolating = world.policies.filter(policy => typesOf(policy).includes(type) && selects(policy, pod))
  if (isolating.length === 0) return []
  const isAllowed = isolating.some(policy =>
    rulesOf(policy, type).some(
      ({ports, peers}) =>
        (ports.length === 0 || ports.some(port => meetsPort(port, attempt))) &&
        (peers.length === 0 || peers.some(peer => meetsPeer(peer, other, {policy, world}))),
    ),
  )
  if (isAllowed) return []
  const names = isolating.map(({metadata}) => `${metadata.namespace}/${metadata.name}`)
  return [`${pod.metadata.namespace}/${pod.metadata.name} ${type.toLowerCase()} (${names.join(', ')})`]
}

function typesOf({spec}: NetworkPolicy): readonly string[] {
  if (spec.policyTypes?.length) return spec.policyTypes
  return spec.egress?.length ? ['Ingress', 'Egress'] : ['Ingress']
}

function selects({metadata, spec}: NetworkPolicy, pod: Pod): boolean {
  return metadata.namespace === pod.metadata.namespace && meets(spec.podSelector, pod.metadata.labels)
}

function rulesOf({spec}: NetworkPolicy, type: 'Ingress' | 'Egress') {
  if (type === 'Ingress') return (spec.ingress ?? []).map(({ports = [], from = []}) => ({ports, peers: from}))
  return (spec.egress ?? []).map(({ports = [], to = []}) => ({ports, peers: to}))
}

/** A port's name means what the pod that is called says, at whichever end the policy is. */
function meetsPort({protocol = 'TCP', port, endPort}: PolicyPort, attempt: Attempt): boolean {
  if (protocol !== attempt.protocol) return false
  if (port === undefined) return true
  if (typeof port === 'number') return attempt.port >= port && attempt.port <= (endPort ?? port)
  const named = (attempt.to.pod?.spec.containers ?? []).flatMap(({ports = []}) => ports)
  return named.some(
    one => one.name === port && (one.protocol ?? 'TCP') === protocol && one.containerPort === attempt.port,
  )
}

type Where = {readonly policy: NetworkPolicy; readonly world: PolicyWorld}

function meetsPeer(
  {ipBlock, namespaceSelector, podSelector}: PolicyPeer,
  other: Party,
  {policy, world}: Where,
): boolean {
  if (ipBlock) return isIn(ipBlock.cidr, other) && !(ipBlock.except ?? []).some(part => isIn(part, other))
  if (other.pod === undefined) return false
  const {namespace, labels} = other.pod.metadata
  if (podSelector && !meets(podSelector, labels)) return false
  if (namespaceSelector === undefined) return namespace === policy.metadata.namespace
  const home = world.namespaces.find(({metadata}) => metadata.name === namespace)
  return home !== undefined && meets(namespaceSelector, home.metadata.labels)
}

function isIn(network: string, {address}: Party): boolean {
  return contains(parseAnyCidr(network), parseAnyIp(address))
}

function meets(selector: LabelSelector, labels: Readonly<Record<string, string>> = {}): boolean {
  return matches(selectorOf(selector), labels)
}

function isSame(a: Pod | undefined, b: Pod | undefined): boolean {
  if (a === undefined || b === undefined) return false
  return a.metadata.name === b.metadata.name && a.metadata.namespace === b.metadata.namespace
}
