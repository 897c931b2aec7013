import type {NftChain, NftElement, NftPlan, NftSet, NftTable} from '../../kernel/nftables/table.ts'
import type {Namespace} from '../../objects/namespace.ts'
import type {NetworkPolicy, PolicyPeer} from '../../objects/network-policy.ts'
import {vouchedDscp} from '../proxy/userspace/vouched.ts'
import {blockCondition, type Family, familyOf, namesIn, portConditions} from './conditions.ts'
import {canary, type Direction, emptyPlan, nameOf, wordsOf} from './names.ts'
import {type PodIndex, podIndex} from './pod-index.ts'
import type {PolicyPod} from './policy-pod.ts'
import {named, type Rule, rulesOf, speaksOf} from './rules.ts'

/** All that decides on the rules of one node. */
export type PolicyView = {
  readonly policies: readonly NetworkPolicy[]
  readonly namespaces: readonly Namespace[]
  /** Of all nodes: the node's own are isolated, any may be a peer. */
  readonly pods: readonly PolicyPod[]
  /** From which addresses the userspace proxies of other nodes call, in the name of clients that they have judged. */
  readonly proxies?: readonly string[]
}

/**
 * NetworkPolicies as one table of nftables, whatever kube-proxy writes and how:
 *
 *   packet ── egress-forward, 10 ── map from-pods ──▶ from-shop/web ──▶ egress-shop/POLICY ... ──▶ accept, or else counted and dropped
 *          ── ingress-forward, 20 ── map to-pods ──▶ to-shop/web ──▶ ingress-shop/POLICY ... ──▶ accept, or else counted and dropped
 *
 * A pod that no policy selects is in neither map, and open. The hook is `forward`: packets that go on to somebody else, those between two
 * pods of one bridge among them (br_netfilter). A node's own packets to its pods, such as probes, and pods' packets to their own node do not
 * come by: they are always allowed. It comes after DNAT, so that a Service's endpoint is judged and not its cluster IP, and before
 * masquerading, so that the pod is seen and not its node.
 */
export function policyPlans(view: PolicyView): readonly NftPlan[] {
  const index = podIndex(view.pods, view.namespaces)
  const policies = view.policies.map(policy => ({policy, pods: localPodsOf(policy, index)}))
  const chosen = policies.filter(({pods}) => pods.length > 0)
  return (['ip', 'ip6'] as const).map(family => ({
    ...emptyPlan(family),
    table: tableOf(chosen, {family, index, pods: view.pods, proxies: view.proxies ?? []}),
  }))
}

type Chosen = {readonly policy: NetworkPolicy; readonly pods: readonly PolicyPod[]}
type Context = {
  readonly family: Family
  readonly index: PodIndex
  readonly pods: readonly PolicyPod[]
  readonly proxies: readonly string[]
}

function localPodsOf({metadata, spec}: NetworkPolicy, index: PodIndex): readonly PolicyPod[] {
  return index.inNamespace(metadata.namespace ?? 'default', spec.podSelector).filter(({isLocal}) => isLocal)
}

function tableOf(all: readonly Chosen[], context: Context): NftTable | undefined {
  const {family} = context
  const inFamily = all.filter(({pods}) => pods.some(pod => addressesOf(pod, family).length > 0))
  if (inFamily.length === 0) return undefined
  const [ingress, egress] = [directed('ingress', inFamily, context), directed('egress', inFamily, context)]
  const own = [...new Set([...ingress.pods, ...egress.pods])].flatMap(pod => addressesOf(pod, family))
  const type = typeOf(family)
  const proxies = context.proxies.filter(address => familyOf(address) === family)
  return {
    comment: 'what NetworkPolicies allow to the pods of this node, and to whom',
    sets: {
      itself: {
        type: `${type} . ${type}`,
        comment: 'a pod always reaches itself',
        elements: [...new Set(own)].map(address => `${address} . ${address}`),
      },
      ...(proxies.length > 0 && {
        proxies: {type, comment: 'nodes whose kube-proxy calls for others, in userspace mode', elements: proxies},
      }),
      ...peerSets([...ingress.rules, ...egress.rules], context),
      ...portSets([...ingress.rules, ...egress.rules], context),
    },
    maps: {
      'from-pods': {type: `${type} : verdict`, comment: 'pods whose egress is isolated', elements: egress.elements},
      'to-pods': {type: `${type} : verdict`, comment: 'pods whose ingress is isolated', elements: ingress.elements},
    },
    chains: {
      ...bases(family, 'forward', proxies.length > 0 ? [vouched] : []),
      ...bases(family, 'output'),
      [canary]: {comment: 'is there as long as nobody has flushed the table', rules: []},
      ...egress.chains,
      ...ingress.chains,
    },
  }
}

/*
 * Later than all that refuses packets for Services without endpoints, so that such a refusal is still heard. In the hook output are the node's
 * own packets, which always pass, and those that ip_vs has taken in for a Service and sends on, which do not come by forward.
 */
function bases(
  family: Family,
  hook: 'forward' | 'output',
  arriving: readonly string[] = [],
): Readonly<Record<string, NftChain>> {
  const neighbours =
    'icmpv6 type { nd-router-solicit, nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert } accept'
  const passing = [
    'ct state established,related accept',
    ...(hook === 'output' ? ['fib saddr type local accept'] : []),
    ...(family === 'ip6' ? [neighbours] : []),
    `${family} saddr . ${family} daddr @itself accept`,
  ]
  const base = (priority: number, ...looks: readonly string[]): NftChain => ({
    base: {type: 'filter', hook, priority},
    rules: [...passing, ...looks],
  })
  return {
    [`egress-${hook}`]: base(10, `${family} saddr vmap @from-pods`),
    [`ingress-${hook}`]: base(20, ...arriving, `${family} daddr vmap @to-pods`),
  }
}

/* The proxy there has judged who asked; see vouched.ts. */
const vouched = `ip saddr @proxies ip dscp 0x${vouchedDscp.toString(16).padStart(2, '0')} accept`

type Directed = {
  readonly pods: readonly PolicyPod[]
  readonly rules: readonly Rule[]
  readonly elements: Readonly<Record<string, NftElement>>
  readonly chains: Readonly<Record<string, NftChain>>
}

/** What one direction adds: a chain for each policy that speaks of it, a chain and an element for each pod that one of them selects. */
function directed(direction: Direction, all: readonly Chosen[], {family}: Context): Directed {
  const speaking = all.filter(({policy}) => speaksOf(policy, direction))
  const rules = new Map(speaking.map(({policy}) => [policy, rulesOf(policy, direction)]))
  const policiesOf = new Map<PolicyPod, NetworkPolicy[]>()
  for (const {policy, pods} of speaking)
    for (const pod of pods) {
      const there = policiesOf.get(pod)
      if (there) there.push(policy)
      else policiesOf.set(pod, [policy])
    }
  const chains: Record<string, NftChain> = {}
  for (const [{metadata}, own] of rules)
    chains[nameOf.policy(direction, named(metadata))] = {rules: own.flatMap(rule => linesOf(rule, {direction, family}))}
  const elements: Record<string, NftElement> = {}
  for (const [pod, policies] of policiesOf) {
    const name = nameOf.pod(direction, pod)
    const jumps = policies.map(({metadata}) => `jump ${nameOf.policy(direction, named(metadata))}`)
    chains[name] = {rules: [...jumps, 'counter drop']}
    for (const address of addressesOf(pod, family)) elements[address] = {value: `goto ${name}`}
  }
  return {pods: [...policiesOf.keys()], rules: [...rules.values()].flat(), elements, chains}
}

/** The rule in nft's words: any peer, at any port. */
function linesOf(
  {namespace, ports, peers}: Rule,
  {direction, family}: {readonly direction: Direction; readonly family: Family},
): readonly string[] {
  const side = direction === 'ingress' ? 'saddr' : 'daddr'
  const who = (peer: PolicyPeer): readonly string[] => {
    if (!peer.ipBlock) return [`${family} ${side} @${nameOf.peer(peer, namespace)}`]
    const condition = blockCondition(peer.ipBlock, {family, side})
    return condition === undefined ? [] : [condition]
  }
  const peerConditions = peers.length === 0 ? [''] : peers.flatMap(who)
  const lines = peerConditions.flatMap(peer =>
    portConditions(ports, family).map(port => [peer, port, 'accept'].filter(part => part !== '').join(' ')),
  )
  return [...new Set(lines)]
}

function peerSets(rules: readonly Rule[], {family, index}: Context): Readonly<Record<string, NftSet>> {
  const sets: Record<string, NftSet> = {}
  for (const {namespace, peers} of rules)
    for (const peer of peers) {
      if (peer.ipBlock) continue
      const name = nameOf.peer(peer, namespace)
      if (sets[name]) continue
      const addresses = index.ofPeer(peer, namespace).flatMap(pod => addressesOf(pod, family))
      sets[name] = {type: typeOf(family), comment: wordsOf(peer, namespace), elements: [...new Set(addresses)]}
    }
  return sets
}

/** Where a port of that name is, for every pod that has one. */
function portSets(rules: readonly Rule[], {family, pods}: Context): Readonly<Record<string, NftSet>> {
  const sets: Record<string, NftSet> = {}
  for (const {protocol, name} of rules.flatMap(({ports}) => namesIn(ports))) {
    const set = nameOf.port(protocol.toLowerCase(), name)
    if (sets[set]) continue
    const places = pods.flatMap(pod =>
      pod.ports
        .filter(port => port.name === name && port.protocol === protocol)
        .flatMap(({port}) => addressesOf(pod, family).map(address => `${address} . ${port}`)),
    )
    sets[set] = {type: `${typeOf(family)} . inet_service`, elements: [...new Set(places)]}
  }
  return sets
}

function addressesOf({addresses}: PolicyPod, family: Family): readonly string[] {
  return addresses.filter(address => familyOf(address) === family)
}

function typeOf(family: Family): string {
  return family === 'ip' ? 'ipv4_addr' : 'ipv6_addr'
}
