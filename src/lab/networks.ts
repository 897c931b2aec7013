import {addressOf, type Cidr, contains, networkOf, nth, overlaps, prefixLength, sizeOf} from '../net/cidr.ts'
import type {Ip} from '../net/ip.ts'
import type {ClusterConfig, NodeConfig} from './lab.ts'
import type {Fault} from './shape.ts'
import {freeSubnets} from './subnets.ts'

/** A node as the lab file has it, with its place there. */
export type NodeItem = {
  readonly path: readonly PropertyKey[]
  readonly name: string
  readonly address?: Ip | undefined
  readonly podSubnet?: Cidr | undefined
  readonly address6?: Ip | undefined
  readonly podSubnet6?: Cidr | undefined
  readonly outside?: true | undefined
}

/** The networks of a cluster must not touch: a packet could not tell them apart. */
export function networkFaults(cluster: ClusterConfig): readonly Fault[] {
  const names = networks.filter(name => cluster[name] !== undefined)
  return names.flatMap((name, index) =>
    names
      .slice(0, index)
      .filter(earlier => overlaps(cluster[earlier] as Cidr, cluster[name] as Cidr))
      .map(earlier => ({
        path: ['cluster', name],
        message: `${name} ${cluster[name]} overlaps ${earlier} ${cluster[earlier]}`,
        hint: 'choose networks that have no address in common',
      })),
  )
}

const networks = ['podNetwork', 'serviceRange', 'underlay', 'loadBalancers'] as const

/** Networks that have no room: for all machines and the router between them, or for a pod on every node. */
export function roomFaults({underlay, podNetwork}: ClusterConfig, machines: number): readonly Fault[] {
  const room = Math.max(0, sizeOf(underlay) - 2)
  const few = `the underlay ${underlay} has ${room} addresses, too few for ${machines} machines and the router`
  const small = `podNetwork ${podNetwork} is too small: a quarter of it has no room for pods`
  return [
    ...(machines + 1 > room ? [{path: ['cluster', 'underlay'], message: few, hint: 'choose a larger network'}] : []),
    ...(prefixLength(podNetwork) > 27
      ? [{path: ['cluster', 'podNetwork'], message: small, hint: 'expected a /27 or larger'}]
      : []),
  ]
}

/** The nodes with an address and a pod subnet each, and what is wrong with those that were given. */
export function placeNodes(
  cluster: ClusterConfig,
  items: readonly NodeItem[],
): {readonly nodes: readonly NodeConfig[]; readonly faults: readonly Fault[]} {
  const faults = items.flatMap((item, index) => nodeFaults(cluster, item, items.slice(0, index)))
  const nodes: NodeConfig[] = []
  const homeless: {readonly item: NodeItem; readonly where: string}[] = []
  const addresses = freeAddresses(cluster.underlay, items)
  const subnets = freeSubnets(cluster.podNetwork, subnetsOf(items))
  for (const item of items) {
    const address = item.address ?? addresses.next().value
    const podSubnet = item.podSubnet ?? subnets.next().value
    if (address === undefined) homeless.push({item, where: `underlay ${cluster.underlay} has no address left`})
    if (podSubnet === undefined) homeless.push({item, where: `podNetwork ${cluster.podNetwork} has no subnet left`})
    if (address !== undefined && podSubnet !== undefined)
      nodes.push({name: item.name, address, podSubnet, ...(item.outside && {outside: true})})
  }
  return {nodes, faults: [...faults, ...homelessFaults(homeless)]}
}

/* A pool's nodes stand in one place: it is told once, with the first of them that finds no room. */
function homelessFaults(homeless: readonly {readonly item: NodeItem; readonly where: string}[]): readonly Fault[] {
  const groups = Map.groupBy(homeless, ({item, where}) => `${where} ${item.path.join('/')}`)
  return [...groups.values()].flatMap(([first, ...more]) => {
    if (first === undefined) return []
    const {item, where} = first
    const others = more.length === 0 ? '' : ` and ${more.length} more`
    return [{path: item.path, message: `${where} for ${item.name}${others}`, hint: 'choose a larger network'}]
  })
}

function nodeFaults(cluster: ClusterConfig, node: NodeItem, earlier: readonly NodeItem[]): Fault[] {
  const {name, address, podSubnet, path} = node
  const at = (key: string, message: string | undefined) =>
    message === undefined ? [] : [{path: [...path, key], message}]
  const others = earlier.filter(other => other.name !== name)
  return [
    ...at('name', earlier.some(other => other.name === name) ? `a second node named ${name}` : undefined),
    ...at('address', address && hostFault(cluster.underlay, address, others)),
    ...at('podSubnet', podSubnet && subnetFault(cluster.podNetwork, podSubnet, others)),
  ]
}

type Machine = {readonly name: string; readonly address?: Ip | undefined}

/** Why a machine cannot have this address on the underlay, beside the machines `others`. */
export function hostFault(underlay: Cidr, address: Ip, others: readonly Machine[]): string | undefined {
  if (!contains(underlay, address)) return `the address ${address} lies outside the underlay ${underlay}`
  const [first, last] = [addressOf(networkOf(underlay)), nth(underlay, sizeOf(underlay) - 1)]
  if (address === first || address === last)
    return `${address} is no host's: it is the underlay's first or last address`
  const other = others.find(node => node.address === address)
  return other && `the address ${address} is ${other.name}'s already`
}

function subnetFault(podNetwork: Cidr, subnet: Cidr, others: readonly NodeItem[]): string | undefined {
  if (!contains(podNetwork, addressOf(subnet)) || prefixLength(subnet) < prefixLength(podNetwork))
    return `the pod subnet ${subnet} lies outside podNetwork ${podNetwork}`
  if (prefixLength(subnet) > 29) return `the pod subnet ${subnet} has no room for pods; expected a /29 or larger`
  const other = others.find(node => node.podSubnet && overlaps(node.podSubnet, subnet))
  return other && `the pod subnet ${subnet} overlaps ${other.podSubnet} of ${other.name}`
}

/**
 * The addresses that nobody has. They are given from the eleventh on, as in 10.0.20.11, so that the low ones are free for what one
 * names oneself. The last one is left for the nodes' router.
 */
export function* freeAddresses(
  underlay: Cidr,
  machines: readonly {readonly address?: Ip | undefined}[],
): Generator<Ip, undefined> {
  const taken = new Set(machines.map(({address}) => address))
  for (let index = sizeOf(underlay) > 64 ? 11 : 1; index < sizeOf(underlay) - 2; index++) {
    const address = nth(underlay, index)
    if (!taken.has(address)) yield address
  }
  return undefined
}

function subnetsOf(taken: readonly NodeItem[]): readonly Cidr[] {
  return taken.flatMap(({podSubnet}) => podSubnet ?? [])
}
