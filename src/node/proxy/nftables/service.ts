import type {NftClaim, NftPart} from '../../../kernel/nftables/parts.ts'
import type {NftSet} from '../../../kernel/nftables/table.ts'
import {addressOf, type Cidr, contains, hostCidr, isHost} from '../../../net/cidr.ts'
import {familyOf, type Ip} from '../../../net/ip.ts'
import {addressPlace, comparePlaces} from '../../../objects/pod-address.ts'
import {endpointSets} from '../endpoint-sets.ts'
import type {ProxyContext} from '../proxy-mode.ts'
import {type Endpoint, hasFirewall, isExternal, type ServicePort, socketAddress} from '../service-port.ts'
import {type baseMaps, type baseSets, wordsOf} from './base.ts'
import {nftName} from './names.ts'

/** A set of endpoints, and the chain in which one of them is drawn. */
type Choice = {readonly chain: string; readonly endpoints: readonly Endpoint[]}

/** What one service port has in the table: chains, affinity sets, and elements of the sets and maps that all share. */
export function servicePart(port: ServicePort, context: ProxyContext): NftPart {
  const {cluster, local} = endpointSets(port, context)
  const everywhere: Choice = {chain: nftName('service', port), endpoints: cluster}
  const isLocal = port.internalTrafficPolicy === 'Local' || port.externalTrafficPolicy === 'Local'
  const here: Choice = isLocal ? {chain: nftName('local', port), endpoints: local} : everywhere
  const inside = port.internalTrafficPolicy === 'Local' ? here : everywhere
  const outside = port.externalTrafficPolicy === 'Local' ? here : everywhere
  const external = isExternal(port)
  const wanted = new Set(external ? [everywhere, inside, outside] : [inside])
  const drawn = [...wanted].filter(({endpoints}) => endpoints.length > 0)
  const reached = new Map(drawn.flatMap(({endpoints}) => endpoints).map(one => [nftName('endpoint', port, one), one]))
  const hasExternal = external && everywhere.endpoints.length > 0
  return {
    chains: [
      ...drawn.map(choice => [choice.chain, {rules: drawing(port, choice, {inside, context})}] as const),
      ...(hasExternal
        ? [[nftName('external', port), {rules: externalRules(port, {outside, everywhere, context})}] as const]
        : []),
      ...(hasFirewall(port) ? [[nftName('firewall', port), {rules: firewallRules(port, context)}] as const] : []),
      ...[...reached].map(([name, endpoint]) => [name, {rules: endpointRules(port, endpoint)}] as const),
    ],
    sets: affinitySets(port, [...reached.values()]),
    elements: elementsOf(port, {inside, outside, everywhere}),
  }
}

/**
 * One rule draws lots among all endpoints. Those who must be masqueraded are marked before: only pods can be answered by pods directly. A client
 * that is remembered goes to its endpoint again.
 */
function drawing(
  port: ServicePort,
  {chain, endpoints}: Choice,
  {inside, context: {clusterCidr, masqueradeAll}}: {readonly inside: Choice; readonly context: ProxyContext},
): readonly string[] {
  const {clusterIp, protocol, port: number, affinitySeconds} = port
  const ip = wordFor(clusterIp)
  const to = `${ip} daddr ${clusterIp} ${protocol} dport ${number}`
  const strangers = masqueradeAll ? [to] : clusterCidr === undefined ? [] : [`${to} ${ip} saddr != ${clusterCidr}`]
  const targets = endpoints.map(endpoint => nftName('endpoint', port, endpoint))
  const remembered = affinitySeconds === undefined ? [] : endpoints
  return [
    ...(chain === inside.chain ? strangers.map(match => `${match} jump mark-for-masquerade`) : []),
    ...remembered.map(
      endpoint => `${ip} saddr @${nftName('affinity', port, endpoint)} goto ${nftName('endpoint', port, endpoint)}`,
    ),
    `numgen random mod ${targets.length} vmap { ${targets.map((target, at) => `${at} : goto ${target}`).join(', ')} }`,
  ]
}

/** A pod that reaches itself through its Service would answer itself past the node: its packets are masqueraded, too. */
function endpointRules(port: ServicePort, endpoint: Endpoint): readonly string[] {
  const ip = wordFor(endpoint.ip)
  return [
    `${ip} saddr ${endpoint.ip} jump mark-for-masquerade`,
    ...(port.affinitySeconds === undefined ? [] : [`update @${nftName('affinity', port, endpoint)} { ${ip} saddr }`]),
    `meta l4proto ${port.protocol} dnat to ${socketAddress(endpoint)}`,
  ]
}

function affinitySets(port: ServicePort, endpoints: readonly Endpoint[]): Readonly<Record<string, NftSet>> {
  const {affinitySeconds: timeout, clusterIp} = port
  if (timeout === undefined) return {}
  const type = wordsOf({family: familyOf(clusterIp) === 'IPv6' ? 'IPv6' : undefined}).address
  const set: NftSet = {type, flags: 'dynamic,timeout', timeout, elements: []}
  return Object.fromEntries(endpoints.map(endpoint => [nftName('affinity', port, endpoint), set]))
}

/** What happens to a packet from outside, by where it comes from, before it goes to the policy's endpoints. */
function externalRules(
  port: ServicePort,
  {
    outside,
    everywhere,
    context: {clusterCidr},
  }: {readonly outside: Choice; readonly everywhere: Choice; readonly context: ProxyContext},
): readonly string[] {
  if (port.externalTrafficPolicy !== 'Local') return ['jump mark-for-masquerade', `goto ${everywhere.chain}`]
  return [
    ...(clusterCidr === undefined
      ? []
      : [
          `${wordFor(port.clusterIp)} saddr ${clusterCidr} goto ${everywhere.chain} comment "short-circuit pod traffic"`,
        ]),
    'fib saddr type local jump mark-for-masquerade comment "masquerade local traffic"',
    `fib saddr type local goto ${everywhere.chain} comment "short-circuit local traffic"`,
    ...(outside.endpoints.length > 0 ? [`goto ${outside.chain}`] : []),
  ]
}

/** A node that is in a range itself calls with the load balancer's address as its own when it is behind one. */
function firewallRules(port: ServicePort, {nodeIp}: ProxyContext): readonly string[] {
  const {sourceRanges = [], loadBalancerIps = []} = port
  const isInside = nodeIp !== undefined && sourceRanges.some(range => contains(range, nodeIp))
  const sources = [...sourceRanges, ...(isInside ? loadBalancerIps.map(ip => hostCidr(ip)) : [])]
  const [first, ...more] = sources.toSorted(byAddress).map(range => (isHost(range) ? addressOf(range) : range))
  return [
    `${wordFor(port.clusterIp)} saddr != ${more.length === 0 ? first : `{ ${[first, ...more].join(', ')} }`} drop`,
  ]
}

/** As nft lists them. */
function byAddress(a: Cidr, b: Cidr): number {
  return comparePlaces(addressPlace(addressOf(a)), addressPlace(addressOf(b)))
}

/** What an address of its family is called in a rule. */
function wordFor(ip: Ip): 'ip' | 'ip6' {
  return familyOf(ip) === 'IPv6' ? 'ip6' : 'ip'
}

/** By the names of the sets and maps that there are. */
type Claim = NftClaim &
  readonly [name: keyof ReturnType<typeof baseMaps> | keyof ReturnType<typeof baseSets>, ...unknown[]]

type Choices = {readonly inside: Choice; readonly outside: Choice; readonly everywhere: Choice}

function elementsOf(port: ServicePort, {inside, outside, everywhere}: Choices): readonly Claim[] {
  const {protocol, port: number, clusterIp, externalIps = [], loadBalancerIps = [], nodePort, name} = port
  const at = (ip: Ip) => `${ip} . ${protocol} . ${number}`
  const served = everywhere.endpoints.length > 0
  const refused = {value: served ? 'drop' : 'goto reject-chain', comment: name}
  const external = () => ({value: `goto ${nftName('external', port)}`})
  const addresses = [...externalIps, ...loadBalancerIps]
  const hasPort = nodePort === undefined ? [] : [`${protocol} . ${nodePort}`]
  const isRefused = outside.endpoints.length === 0
  return [
    ['cluster-ips', clusterIp],
    inside.endpoints.length > 0
      ? ['service-ips', at(clusterIp), {value: `goto ${inside.chain}`}]
      : ['no-endpoint-services', at(clusterIp), refused],
    ...(served ? addresses : []).map(ip => ['service-ips', at(ip), external()] as const),
    ...(served ? hasPort : []).map(key => ['service-nodeports', key, external()] as const),
    ...(isRefused ? addresses : []).map(ip => ['no-endpoint-services', at(ip), refused] as const),
    ...(isRefused ? hasPort : []).map(key => ['no-endpoint-nodeports', key, refused] as const),
    ...(hasFirewall(port) ? loadBalancerIps : []).map(
      ip => ['firewall-ips', at(ip), {value: `goto ${nftName('firewall', port)}`}] as const,
    ),
  ]
}
