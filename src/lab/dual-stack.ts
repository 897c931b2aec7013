import {
  addressOf,
  type Cidr,
  contains,
  indexOf,
  networkOf,
  nth,
  overlaps,
  parseNetwork6,
  prefixLength,
  sizeOf,
} from '../net/cidr.ts'
import type {Ip} from '../net/ip.ts'
import type {ClientConfig, ClusterConfig, Ipv6Networks, NodeConfig} from './lab.ts'
import type {NodeItem} from './networks.ts'
import type {Fault} from './shape.ts'
import {freeSubnets} from './subnets.ts'

/*
 * Dual stack: nodes, pods and Services have an address of IPv6 beside that of IPv4. What a lab does not say of it follows from IPv4: a machine
 * has the same number in underlay6 as in the underlay, so 10.0.20.11 is fd00:10:0:20::b, too.
 */

/** What the lab file says of IPv6. */
export type WrittenFamilies = {
  readonly ipFamilies?: readonly string[] | undefined
  readonly podNetwork6?: Cidr | undefined
  readonly serviceRange6?: Cidr | undefined
  readonly underlay6?: Cidr | undefined
  readonly loadBalancers6?: Cidr | '' | undefined
}

const usual = {
  podNetwork6: parseNetwork6('fd00:172:17::/48'),
  serviceRange6: parseNetwork6('fd00:10:96::/112'),
  underlay6: parseNetwork6('fd00:10:0:20::/64'),
  loadBalancers6: parseNetwork6('fd00:10:0:40::/112'),
}

/** The networks of IPv6; undefined for a lab that has none. */
export function ipv6Networks(written: WrittenFamilies): Ipv6Networks | undefined {
  if (!written.ipFamilies?.includes('IPv6')) return undefined
  const {podNetwork6, serviceRange6, underlay6} = usual
  const podNetwork = written.podNetwork6 ?? podNetwork6
  const serviceRange = written.serviceRange6 ?? serviceRange6
  const underlay = written.underlay6 ?? underlay6
  const free = [podNetwork, serviceRange, underlay].every(network => !overlaps(network, usual.loadBalancers6))
  const pool = written.loadBalancers6 ?? (free ? usual.loadBalancers6 : '')
  return {podNetwork, serviceRange, underlay, ...(pool && {loadBalancers: pool})}
}

/** What is wrong with the networks of IPv6, or with saying what they are in a lab that has none. `written` is the section `cluster`. */
export function familyFaults(cluster: ClusterConfig, written: Readonly<Record<string, unknown>>): readonly Fault[] {
  const {ipv6} = cluster
  const names = Object.keys(usual).filter(name => written[name] !== undefined)
  if (ipv6 === undefined)
    return names.map(name => ({
      path: ['cluster', name],
      message: `${name} is for dual stack, and this cluster has IPv4 only`,
      hint: 'add ipFamilies: [IPv4, IPv6], or remove it',
    }))
  return [...overlapFaults(ipv6), ...sizeFaults(cluster, ipv6), ...mechanismFaults(cluster)]
}

function overlapFaults(networks: Ipv6Networks): readonly Fault[] {
  const names = (['podNetwork', 'serviceRange', 'underlay', 'loadBalancers'] as const).filter(name => networks[name])
  return names.flatMap((name, index) =>
    names
      .slice(0, index)
      .filter(earlier => overlaps(networks[earlier] as Cidr, networks[name] as Cidr))
      .map(earlier => ({
        path: ['cluster', `${name}6`],
        message: `${name}6 ${networks[name]} overlaps ${earlier}6 ${networks[earlier]}`,
        hint: 'choose networks that have no address in common',
      })),
  )
}

/* A Kubernetes API server takes no larger range of Services than a /108. */
function sizeFaults({underlay}: ClusterConfig, networks: Ipv6Networks): readonly Fault[] {
  const at = (name: string, isWrong: boolean, message: string, hint: string): readonly Fault[] =>
    isWrong ? [{path: ['cluster', name], message, hint}] : []
  const {podNetwork, serviceRange, underlay: underlay6} = networks
  return [
    ...at(
      'podNetwork6',
      prefixLength(podNetwork) > 56,
      `podNetwork6 ${podNetwork} is too small: each node gets a /64 of it`,
      'expected a /56 or larger',
    ),
    ...at(
      'serviceRange6',
      prefixLength(serviceRange) < 108 || prefixLength(serviceRange) > 120,
      `serviceRange6 ${serviceRange} cannot be used for Services`,
      'expected a length from /108 to /120',
    ),
    ...at(
      'underlay6',
      sizeOf(underlay6) < sizeOf(underlay),
      `underlay6 ${underlay6} has fewer addresses than the underlay ${underlay}`,
      'choose a larger network, like a /64',
    ),
  ]
}

/* The ways in which podlab's cluster can do what it does with packets of IPv6, too. */
const proxyModes = ['iptables', 'nftables']

function mechanismFaults({overlay, proxyMode, proxy}: ClusterConfig): readonly Fault[] {
  const udp = "flannel's udp backend carries no IPv6"
  const kubeProxy = `podlab's kube-proxy has no IPv6 in ${proxyMode} mode`
  const profile = `podlab's kube-proxy of Kubernetes ${proxy.profile} has no IPv6`
  return [
    ...(proxy.profile === 'v1.18'
      ? [{path: ['cluster', 'proxy', 'profile'], message: profile, hint: 'choose v1.30'}]
      : []),
    ...(overlay === 'udp' ? [{path: ['cluster', 'overlay'], message: udp, hint: 'choose vxlan or host-gw'}] : []),
    ...(proxyModes.includes(proxyMode)
      ? []
      : [{path: ['cluster', 'proxyMode'], message: kubeProxy, hint: `choose ${proxyModes.join(' or ')}`}]),
  ]
}

type Placed<T> = {readonly placed: readonly T[]; readonly faults: readonly Fault[]}

/** The nodes with an address and a pod subnet of IPv6 each, where the lab has it, and what is wrong with those that were given. */
export function placeNodes6(
  cluster: ClusterConfig,
  nodes: readonly NodeConfig[],
  items: readonly NodeItem[],
): Placed<NodeConfig> {
  const {ipv6} = cluster
  if (ipv6 === undefined) return {placed: nodes, faults: items.flatMap(item => strangerFaults(item))}
  const itemOf = new Map(items.map(item => [item.name, item]))
  const free = freeSubnets(
    ipv6.podNetwork,
    items.flatMap(({podSubnet6}) => podSubnet6 ?? []),
  )
  const addressed = placeMachines6(cluster, nodes, items)
  const faults: Fault[] = [
    ...addressed.faults,
    ...items.flatMap((item, at) => subnetFaults(ipv6, item, items.slice(0, at))),
  ]
  const placed = addressed.placed.flatMap(node => {
    const item = itemOf.get(node.name)
    if (item?.outside)
      faults.push({path: [...item.path, 'outside'], message: 'an agent outside knows no IPv6 yet', hint: 'remove it'})
    const podSubnet6 = item?.podSubnet6 ?? free.next().value
    if (podSubnet6 !== undefined) return [{...node, podSubnet6}]
    faults.push({
      path: item?.path ?? ['nodes'],
      message: `podNetwork6 ${ipv6.podNetwork} has no /64 left for ${node.name}`,
      hint: 'choose a larger network',
    })
    return []
  })
  return {placed, faults}
}

type MachineItem = {readonly path: readonly PropertyKey[]; readonly name: string; readonly address6?: Ip | undefined}

/** Machines with an address of IPv6 each, where the lab has it, beside `others` that have theirs. */
export function placeMachines6<T extends NodeConfig | ClientConfig>(
  {underlay, ipv6}: ClusterConfig,
  machines: readonly T[],
  items: readonly MachineItem[],
  others: readonly {readonly name: string; readonly address6?: Ip}[] = [],
): Placed<T> {
  if (ipv6 === undefined) return {placed: machines, faults: items.flatMap(item => strangerFaults(item))}
  const faults: Fault[] = []
  const owners = new Map(others.map(({name, address6}) => [address6, name]))
  const itemOf = new Map(items.map(item => [item.name, item]))
  const placed = machines.map(machine => {
    const item = itemOf.get(machine.name)
    const address6 = item?.address6 ?? sameNumber({underlay, ipv6}, machine.address)
    const wrong = item && addressFault(ipv6.underlay, address6, owners.get(address6))
    if (item && wrong) faults.push({path: item.address6 ? [...item.path, 'address6'] : item.path, message: wrong})
    owners.set(address6, machine.name)
    return {...machine, address6}
  })
  return {placed, faults}
}

/* Where there is no such number the network's own address stands in, and is told to be wrong. */
function sameNumber({underlay, ipv6}: {readonly underlay: Cidr; readonly ipv6: Ipv6Networks}, address: Ip): Ip {
  const index = indexOf(underlay, address)
  return nth(ipv6.underlay, index >= 0 && index < sizeOf(ipv6.underlay) ? index : 0)
}

function addressFault(underlay6: Cidr, address: Ip, owner: string | undefined): string | undefined {
  if (!contains(underlay6, address)) return `the address ${address} lies outside underlay6 ${underlay6}`
  if (address === addressOf(networkOf(underlay6))) return `${address} is no host's: it is underlay6's first address`
  return owner && `the address ${address} is ${owner}'s already`
}

function strangerFaults(item: MachineItem & {readonly podSubnet6?: Cidr | undefined}): readonly Fault[] {
  return (['address6', 'podSubnet6'] as const)
    .filter(key => item[key] !== undefined)
    .map(key => ({
      path: [...item.path, key],
      message: `${key} is for dual stack, and this cluster has IPv4 only`,
      hint: 'add ipFamilies: [IPv4, IPv6] to cluster, or remove it',
    }))
}

function subnetFaults(
  {podNetwork}: Ipv6Networks,
  {path, podSubnet6: subnet}: NodeItem,
  earlier: readonly NodeItem[],
): readonly Fault[] {
  if (subnet === undefined) return []
  const at = (message: string) => [{path: [...path, 'podSubnet6'], message}]
  if (!contains(podNetwork, addressOf(subnet)) || prefixLength(subnet) < prefixLength(podNetwork))
    return at(`the pod subnet ${subnet} lies outside podNetwork6 ${podNetwork}`)
  if (prefixLength(subnet) !== 64) return at(`the pod subnet ${subnet} is no /64, and each node's is`)
  const other = earlier.find(node => node.podSubnet6 && overlaps(node.podSubnet6, subnet))
  return other ? at(`the pod subnet ${subnet} overlaps ${other.podSubnet6} of ${other.name}`) : []
}
