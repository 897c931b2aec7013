import type {EndpointSlice, SliceEndpoint, SlicePort} from '../../objects/endpoint-slice.ts'
import {equal} from '../../objects/equal.ts'
import type {PortGroup} from './port-groups.ts'

/**
 * How endpoints are packed into slices, so that a change of one pod changes one slice of many: every node reads each slice that
 * changes. What is in a slice stays there. What is new goes into slices that change anyway; else into the fullest one that has
 * room for all of it; else into new ones. Slices are never rebalanced, so a service that has shrunk may have several with room.
 */
export type Packing = {readonly parts: readonly Part[]; readonly unused: readonly EndpointSlice[]}

/** The content of one slice; without `slice`, of a new one. */
export type Part = {
  readonly slice?: EndpointSlice
  readonly ports: readonly SlicePort[]
  readonly endpoints: readonly SliceEndpoint[]
}

/** A slice that would go is used for what would need a new one: its watchers see one change, not two. */
export function pack(groups: readonly PortGroup[], present: readonly EndpointSlice[], most: number): Packing {
  const byPorts = Map.groupBy(present, ({ports = []}) => portsKey(ports))
  const wanted = new Set(groups.map(({ports}) => portsKey(ports)))
  const packed = groups.map(group => packGroup(group, byPorts.get(portsKey(group.ports)) ?? [], most))
  const empty = packed.flatMap(({empty}) => empty)
  const unused = [...empty, ...[...byPorts].flatMap(([key, slices]) => (wanted.has(key) ? [] : slices))]
  const parts = packed
    .flatMap(({parts}) => parts)
    .map((part): Part => {
      const slice = part.slice ?? unused.shift()
      return {...(slice && {slice}), ports: part.ports, endpoints: part.endpoints}
    })
  return {parts, unused}
}

type Open = {slice?: EndpointSlice; endpoints: SliceEndpoint[]; changes: boolean}

function packGroup({ports, endpoints}: PortGroup, slices: readonly EndpointSlice[], most: number) {
  const missing = new Map(endpoints.map(endpoint => [identity(endpoint), endpoint]))
  const kept = slices.map((slice): Open & {slice: EndpointSlice} => keep(slice, missing))
  const open = kept.filter(one => one.endpoints.length > 0)
  const rest = [...missing.values()]
  for (const one of open.filter(({changes}) => changes).toSorted(fullestFirst)) fill(one, rest, most)
  const created: Open[] = []
  while (rest.length > 0) {
    const roomy = open.filter(one => !one.changes && one.endpoints.length + rest.length <= most)
    const target: Open = roomy.toSorted(fullestFirst)[0] ?? {endpoints: [], changes: true}
    if (target.slice === undefined) created.push(target)
    fill(target, rest, most)
  }
  return {
    parts: [...open, ...created].map(({slice, endpoints}): Part => ({...(slice && {slice}), ports, endpoints})),
    empty: kept.filter(one => !open.includes(one)).map(({slice}) => slice),
  }
}

/** What of a slice is still wanted, as it is wanted now; it is missing no more. */
function keep(slice: EndpointSlice, missing: Map<string, SliceEndpoint>): Open & {slice: EndpointSlice} {
  const endpoints: SliceEndpoint[] = []
  let changes = false
  for (const before of slice.endpoints) {
    const key = identity(before)
    const endpoint = missing.get(key)
    if (endpoint) endpoints.push(endpoint)
    changes ||= endpoint === undefined || !equal(endpoint, before)
    missing.delete(key)
  }
  return {slice, endpoints, changes}
}

function fill(open: Open, rest: SliceEndpoint[], most: number): void {
  open.endpoints.push(...rest.splice(0, Math.max(0, most - open.endpoints.length)))
}

function fullestFirst(a: Open, b: Open): number {
  return b.endpoints.length - a.endpoints.length
}

/** What makes two endpoints the same one, in whatever state. */
function identity({addresses, hostname = '', targetRef}: SliceEndpoint): string {
  return [...addresses.toSorted(), hostname, targetRef?.namespace ?? '', targetRef?.name ?? ''].join('|')
}

function portsKey(ports: readonly SlicePort[]): string {
  const words = ports.map(
    ({name = '', port = '', protocol = 'TCP', appProtocol = ''}) => `${name}/${port}/${protocol}/${appProtocol}`,
  )
  return words.toSorted().join(' ')
}
