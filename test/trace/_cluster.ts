import type {IpFamily} from '../../src/net/ip.ts'

/*
 * The cluster of the packet table. Pods one, two and three are the endpoints of every Service there, as its slice says; the others only call.
 *
 *     laptop 10.0.20.100       router
 *          └──────── 10.0.20.0/24 ─┴────┬──────────────────────┐
 *            ┌──────────────┴───┐   ┌───┴──────────────┐   ┌───┴──────────────┐
 *            alpha 10.0.20.4        beta 10.0.20.11        gamma 10.0.20.12
 *            one, caller-a          two, three, caller-b   caller-c
 *            172.17.13.0/24         172.17.12.0/24         172.17.14.0/24
 *
 * With dual stack everything has a second address. Its end is the same number, in hexadecimal: the laptop is fd00:10:0:20::64, and pod one
 * fd00:172:17:d::2 in alpha's fd00:172:17:d::/64.
 */

export const nodes = {
  alpha: {address: '10.0.20.4', prefix: '172.17.13'},
  beta: {address: '10.0.20.11', prefix: '172.17.12'},
  gamma: {address: '10.0.20.12', prefix: '172.17.14'},
} as const
export type NodeName = keyof typeof nodes
const subnets: Readonly<Record<NodeName, string>> = {alpha: 'd', beta: 'c', gamma: 'e'}
export const nodeNames = Object.keys(nodes) as readonly NodeName[]

export const pods = {
  one: 'alpha',
  'caller-a': 'alpha',
  two: 'beta',
  three: 'beta',
  'caller-b': 'beta',
  'caller-c': 'gamma',
} as const satisfies Readonly<Record<string, NodeName>>
export type PodName = keyof typeof pods
export const podNames = Object.keys(pods) as readonly PodName[]
export type EndpointName = 'one' | 'two' | 'three'

export const laptop = '10.0.20.100'
export const podNetwork = '172.17.0.0/16'
export const serviceRange = '10.96.0.0/12'
export const pool = '10.0.40.0/24'

/** Which address each pod has. The lab gives them; without one they are these. */
export type PodAddresses = Readonly<Record<PodName, string>>
export const podAddresses: PodAddresses = {
  one: '172.17.13.2',
  'caller-a': '172.17.13.3',
  two: '172.17.12.2',
  three: '172.17.12.3',
  'caller-b': '172.17.12.4',
  'caller-c': '172.17.14.2',
}

export function podAddressesIn(family: IpFamily): PodAddresses {
  const all = podNames.map(pod => [pod, inFamily(family, podAddresses[pod])])
  return Object.fromEntries(all)
}

/** A node's address on the underlay, at its bridge, which its pods see, and that of its tunnel, which others' see. */
export function nodeAddress(node: NodeName, family: IpFamily = 'IPv4'): string {
  return inFamily(family, nodes[node].address)
}

export function gateway(node: NodeName, family: IpFamily = 'IPv4'): string {
  return inFamily(family, `${nodes[node].prefix}.1`)
}

export function tunnel(node: NodeName, family: IpFamily = 'IPv4'): string {
  return inFamily(family, `${nodes[node].prefix}.0`)
}

/** The networks of IPv6, and each node's share. */
export const podNetwork6 = 'fd00:172:17::/48'
export const serviceRange6 = 'fd00:10:96::/112'
export const pool6 = 'fd00:10:0:40::/112'
export const underlay6 = 'fd00:10:0:20::/64'
export function podSubnet6(node: NodeName): string {
  return `${tunnel(node, 'IPv6')}/64`
}

/** An address of IPv4 as it is, or the second one of whoever has it. */
export function inFamily(family: IpFamily, ip: string): string {
  if (family === 'IPv4') return ip
  const [four = '', six = '', first = 0] = seconds.find(([start]) => ip.startsWith(start)) ?? []
  if (six === '') throw new Error(`${ip} has no second address`)
  const number = first + Number(ip.slice(four.length))
  return `${six}${number === 0 ? '' : number.toString(16)}`
}

/* What stands for the first three bytes, and the number that the last one is added to. */
const seconds: readonly (readonly [four: string, six: string, first: number])[] = [
  ['10.0.20.', 'fd00:10:0:20::', 0],
  ['10.0.40.', 'fd00:10:0:40::', 0],
  ['10.96.1.', 'fd00:10:96::', 256],
  ['127.0.0.', '::', 0],
  ...nodeNames.map(name => [`${nodes[name].prefix}.`, `fd00:172:17:${subnets[name]}::`, 0] as const),
]
