import {hash} from 'node:crypto'
import type {Route} from '../kernel/state.ts'
import {type Cidr, contains, hostCidr} from '../net/cidr.ts'
import {familyOf, type Ip} from '../net/ip.ts'
import {parseAnyIp} from '../net/ip6.ts'
import {type EndpointSlice, serviceNameLabel} from '../objects/endpoint-slice.ts'
import type {Node} from '../objects/node.ts'
import type {Service} from '../objects/service.ts'

/** What there is in the cluster to lead packets to. */
export type Announced = {
  readonly services: readonly Service[]
  readonly slices: readonly EndpointSlice[]
  readonly nodes: readonly Node[]
}

/**
 * Which node takes the packets for each address of the load balancers' pool: one that is ready, and with the policy Local one that has a
 * ready endpoint. It keeps them as long as that is so. Addresses that no node can take are left out. In the way of MetalLB's layer 2
 * mode there is one node for an address; kube-proxy there spreads the connections over the endpoints.
 */
export function announcements(
  {services, slices, nodes}: Announced,
  {pools, before}: {readonly pools: readonly Cidr[]; readonly before: ReadonlyMap<Ip, string>},
): ReadonlyMap<Ip, string> {
  const able = nodes.filter(isAble).map(({metadata}) => metadata.name)
  const owners = new Map<Ip, readonly string[]>()
  for (const service of services)
    for (const ip of addressesOf(service, pools)) owners.set(ip, candidates(service, {able, slices}))
  return new Map([...owners].flatMap(([ip, names]) => chosen(ip, names, before.get(ip))))
}

/** The routes of the router that the machines have. */
export function announcedRoutes(
  chosen: ReadonlyMap<Ip, string>,
  {nodes, link}: {readonly nodes: readonly Located[]; readonly link: string},
): readonly Route[] {
  const byName = new Map(nodes.map(node => [node.name, node]))
  return [...chosen].flatMap(([ip, name]) => {
    const node = byName.get(name)
    const via = familyOf(ip) === 'IPv6' ? node?.address6 : node?.address
    return via === undefined ? [] : [{to: hostCidr(ip), via, link}]
  })
}

type Located = {readonly name: string; readonly address: Ip; readonly address6?: Ip}

function addressesOf({spec, status}: Service, pools: readonly Cidr[]): readonly Ip[] {
  const ingress = spec.type === 'LoadBalancer' ? (status?.loadBalancer?.ingress ?? []) : []
  const all = [...ingress.flatMap(({ip}) => ip ?? []), ...(spec.externalIPs ?? [])]
  return all.map(parseAnyIp).filter(ip => pools.some(pool => contains(pool, ip)))
}

function candidates(
  {metadata, spec}: Service,
  {able, slices}: {readonly able: readonly string[]; readonly slices: readonly EndpointSlice[]},
): readonly string[] {
  if (spec.externalTrafficPolicy !== 'Local') return able
  const own = slices.filter(
    slice =>
      slice.metadata.namespace === metadata.namespace && slice.metadata.labels?.[serviceNameLabel] === metadata.name,
  )
  const ready = own.flatMap(({endpoints}) => endpoints).filter(({conditions}) => conditions?.ready !== false)
  const having = new Set(ready.map(({nodeName}) => nodeName))
  return able.filter(name => having.has(name))
}

const excluded = 'node.kubernetes.io/exclude-from-external-load-balancers'

function isAble({metadata, status}: Node): boolean {
  const ready = status?.conditions?.find(({type}) => type === 'Ready')
  return ready?.status === 'True' && metadata.labels?.[excluded] === undefined
}

/* By a hash the addresses are spread over the nodes, whoever works it out. */
function chosen(ip: Ip, names: readonly string[], before: string | undefined): readonly [Ip, string][] {
  if (before !== undefined && names.includes(before)) return [[ip, before]]
  const ranked = names.toSorted((a, b) => (hash('sha256', `${ip} ${a}`) < hash('sha256', `${ip} ${b}`) ? -1 : 1))
  return ranked[0] === undefined ? [] : [[ip, ranked[0]]]
}
