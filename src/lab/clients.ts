import {addressOf, type Cidr, contains, nth, parseNetwork, sizeOf} from '../net/cidr.ts'
import type {Ip} from '../net/ip.ts'
import type {ClientConfig, ClusterConfig, InternetHost, NodeConfig} from './lab.ts'
import {freeAddresses, hostFault} from './networks.ts'
import type {Fault} from './shape.ts'

/** A client as the lab file has it, with its place there. */
export type ClientItem = {
  readonly path: readonly PropertyKey[]
  readonly name: string
  readonly address?: Ip | undefined
  readonly address6?: Ip | undefined
}

/** A host of the internet as the lab file has it, with its place there. */
export type InternetItem = {readonly path: readonly PropertyKey[]; readonly host: InternetHost}

/** The networks that are kept for documentation, so that nobody's are taken (RFC 5737): the internet that a lab may pretend. */
export const documentationNetworks = ['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24'].map(parseNetwork)

/** The clients with an address each, and what is wrong with those that were given. They share names and network with the nodes. */
export function placeClients(
  {underlay}: ClusterConfig,
  items: readonly ClientItem[],
  nodes: readonly NodeConfig[],
): {readonly clients: readonly ClientConfig[]; readonly faults: readonly Fault[]} {
  const faults = items.flatMap((item, index) => clientFaults(underlay, item, [...nodes, ...items.slice(0, index)]))
  const clients: ClientConfig[] = []
  const free = freeAddresses(underlay, [...nodes, ...items])
  for (const {path, name, address: given} of items) {
    const address = given ?? free.next().value
    if (address === undefined) faults.push({path, message: `underlay ${underlay} has no address left for ${name}`})
    else clients.push({name, address})
  }
  return {clients, faults}
}

/** What is wrong with the hosts of the internet: an address outside the documentation's, or one that something else has. */
export function internetFaults(cluster: ClusterConfig, items: readonly InternetItem[]): readonly Fault[] {
  return items.flatMap(({path, host: {address}}, index) => {
    const earlier = items.slice(0, index).find(({host}) => host.address === address)
    const message = earlier
      ? `the address ${address} is ${earlier.host.name ?? 'another host'}'s already`
      : addressFault(cluster, address)
    const hint = `addresses for the internet: ${documentationNetworks.join(', ')}`
    return message === undefined ? [] : [{path: [...path, 'address'], message, hint}]
  })
}

function addressFault(cluster: ClusterConfig, address: Ip): string | undefined {
  const network = documentationNetworks.find(network => contains(network, address))
  if (network === undefined) return `the address ${address} is none of those that are kept for documentation`
  const [first, last] = [addressOf(network), nth(network, sizeOf(network) - 1)]
  if (address === first || address === last) return `${address} is no host's: it is the first or last of ${network}`
  const name = (['podNetwork', 'serviceRange', 'underlay'] as const).find(key => contains(cluster[key], address))
  return name && `the address ${address} lies in ${name} ${cluster[name]}`
}

function clientFaults(
  underlay: Cidr,
  {path, name, address}: ClientItem,
  others: readonly {readonly name: string; readonly address?: Ip | undefined}[],
): Fault[] {
  const wrong = address && hostFault(underlay, address, others)
  return [
    ...(others.some(other => other.name === name)
      ? [{path: [...path, 'name'], message: `a second machine named ${name}`}]
      : []),
    ...(wrong ? [{path: [...path, 'address'], message: wrong}] : []),
  ]
}
