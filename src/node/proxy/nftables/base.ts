import type {NftChain, NftMap, NftSet} from '../../../kernel/nftables/table.ts'
import {answersEverywhere, type ProxyContext} from '../proxy-mode.ts'

/*
 * The hooks that a packet passes, from the left to the right; at each the lower priority comes first. What is refused is refused before any
 * address is rewritten, but packets for cluster IPs that nobody rewrote are looked at afterwards.
 *
 *   coming in   prerouting -110 firewall-check ── -100 services (dnat) ──┬─ input -110 endpoints checks
 *                                                                      └─ forward -110 endpoints and cluster IP checks ─┐
 *   own         output -110 endpoints and firewall checks ── -100 services (dnat) ── -90 cluster IP check ──────────────┴─ postrouting 100 masquerading
 */
const dstnat = -100
const srcnat = 100

/** The chains that there are without any Service, those that look for one among them. Rules are as of Kubernetes 1.32. */
export function baseChains(context: ProxyContext): Readonly<Record<string, NftChain>> {
  const {ip} = wordsOf(context)
  return {
    ...hook('filter', 'prerouting', {priority: dstnat - 10, rules: ['ct state new jump firewall-check']}),
    ...hook('filter', 'input', {
      priority: dstnat - 10,
      rules: ['ct state new jump nodeport-endpoints-check', 'ct state new jump service-endpoints-check'],
    }),
    ...hook('filter', 'forward', {
      priority: dstnat - 10,
      rules: ['ct state new jump service-endpoints-check', 'ct state new jump cluster-ips-check'],
    }),
    ...hook('filter', 'output', {
      priority: dstnat - 10,
      rules: ['ct state new jump service-endpoints-check', 'ct state new jump firewall-check'],
    }),
    'filter-output-post-dnat': {
      base: {type: 'filter', hook: 'output', priority: dstnat + 10},
      rules: ['ct state new jump cluster-ips-check'],
    },
    ...hook('nat', 'prerouting', {priority: dstnat, rules: ['jump services']}),
    ...hook('nat', 'output', {priority: dstnat, rules: ['jump services']}),
    ...hook('nat', 'postrouting', {priority: srcnat, rules: ['jump masquerading']}),
    services: {
      rules: [`${ip} daddr . meta l4proto . th dport vmap @service-ips`, `${toNode(context)} vmap @service-nodeports`],
    },
    'service-endpoints-check': {rules: [`${ip} daddr . meta l4proto . th dport vmap @no-endpoint-services`]},
    'nodeport-endpoints-check': {rules: [`${forNode(context)} vmap @no-endpoint-nodeports`]},
    'firewall-check': {rules: [`${ip} daddr . meta l4proto . th dport vmap @firewall-ips`]},
    'cluster-ips-check': {rules: clusterIpsCheck(context)},
    'reject-chain': {comment: 'helper for @no-endpoint-services / @no-endpoint-nodeports', rules: ['reject']},
    'mark-for-masquerade': {rules: ['meta mark set meta mark | 0x00004000']},
    masquerading: {
      rules: [
        'meta mark & 0x00004000 == 0x00000000 return',
        'meta mark set meta mark ^ 0x00004000',
        'masquerade fully-random',
      ],
    },
  }
}

function hook(
  type: 'filter' | 'nat',
  name: 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting',
  {priority, rules}: {readonly priority: number; readonly rules: readonly string[]},
): Readonly<Record<string, NftChain>> {
  return {[`${type}-${name}`]: {base: {type, hook: name, priority}, rules}}
}

/**
 * Node ports answer at the node's own address, or at those of its addresses that `nodePortAddresses` chooses, or at all when it says so; never at
 * 127.0.0.1 and ::1.
 */
function toNode(context: ProxyContext): string {
  return `${answersEverywhere(context.nodePortAddresses ?? []) ? 'fib daddr type local ' : ''}${forNode(context)}`
}

/* The same for a packet that comes in to the node: it is for one of its addresses. */
function forNode({nodePortAddresses = [], family}: ProxyContext): string {
  const {ip, loopback} = wordsOf({family})
  const where = answersEverywhere(nodePortAddresses) ? `!= ${loopback}` : '@nodeport-ips'
  return `${ip} daddr ${where} meta l4proto . th dport`
}

/** What is for a cluster IP and has found no Service by its port is refused; addresses of the range that nobody has keep silent. */
function clusterIpsCheck({serviceRange, family}: ProxyContext): readonly string[] {
  const {ip} = wordsOf({family})
  return [
    `${ip} daddr @cluster-ips reject comment "Reject traffic to invalid ports of ClusterIPs"`,
    ...(serviceRange ? [`${ip} daddr ${serviceRange} drop comment "Drop traffic to unallocated ClusterIPs"`] : []),
  ]
}

/** The words in which the two families differ. */
export function wordsOf({family}: {readonly family?: ProxyContext['family'] | undefined}): Words {
  return family === 'IPv6'
    ? {ip: 'ip6', address: 'ipv6_addr', loopback: '::1'}
    : {ip: 'ip', address: 'ipv4_addr', loopback: '127.0.0.0/8'}
}

type Words = {
  readonly ip: 'ip' | 'ip6'
  readonly address: 'ipv4_addr' | 'ipv6_addr'
  readonly loopback: '127.0.0.0/8' | '::1'
}

const byPort = 'inet_proto . inet_service : verdict'

/** The maps in which one look finds a Service among any number of them. */
export function baseMaps({address}: Words) {
  const byAddress = `${address} . inet_proto . inet_service : verdict`
  return {
    'service-ips': {type: byAddress, comment: 'ClusterIP, ExternalIP and LoadBalancer IP traffic'},
    'service-nodeports': {type: byPort, comment: 'NodePort traffic'},
    'no-endpoint-services': {type: byAddress, comment: 'vmap to drop or reject packets to services with no endpoints'},
    'no-endpoint-nodeports': {
      type: byPort,
      comment: 'vmap to drop or reject packets to service nodeports with no endpoints',
    },
    'firewall-ips': {type: byAddress, comment: 'destinations that are subject to LoadBalancerSourceRanges'},
  } as const satisfies Readonly<Record<string, Omit<NftMap, 'elements'>>>
}

export function baseSets({address: type}: Words) {
  return {
    'cluster-ips': {type, comment: 'Active ClusterIPs'},
    'nodeport-ips': {type, comment: 'IPs that accept NodePort traffic'},
  } as const satisfies Readonly<Record<string, Omit<NftSet, 'elements'>>>
}
