/*
 * The cluster of the packet table. Pods one, two and three are the endpoints of every Service there, as its slice says; the others only call.
 *
 *     laptop 10.0.20.100       router
 *          └──────── 10.0.20.0/24 ─┴────┬──────────────────────┐
 *            ┌──────────────┴───┐   ┌───┴──────────────┐   ┌───┴──────────────┐
 *            alpha 10.0.20.4        beta 10.0.20.11        gamma 10.0.20.12
 *            one, caller-a          two, three, caller-b   caller-c
 *            172.17.13.0/24         172.17.12.0/24         172.17.14.0/24
 */

export const nodes = {
  alpha: {address: '10.0.20.4', prefix: '172.17.13'},
  beta: {address: '10.0.20.11', prefix: '172.17.12'},
  gamma: {address: '10.0.20.12', prefix: '172.17.14'},
} as const
export type NodeName = keyof typeof nodes
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

/** A node's address at its bridge, which its pods see, and that of its tunnel, which others' see. */
export function gateway(node: NodeName): string {
  return `${nodes[node].prefix}.1`
}

export function tunnel(node: NodeName): string {
  return `${nodes[node].prefix}.0`
}
