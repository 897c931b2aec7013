import type {z} from 'zod'
import {type Cidr, overlaps, parseNetwork, parseNetwork6} from '../net/cidr.ts'
import {parseIp6} from '../net/ip6.ts'
import type {ClientItem, InternetItem} from './clients.ts'
import {ipv6Networks} from './dual-stack.ts'
import type {ClusterConfig, DnsConfig} from './lab.ts'
import type {NodeItem} from './networks.ts'
import {clientSchema, clusterSchema, internetSchema, machinesAtMost, nodeSchema, poolSchema} from './schema.ts'
import {isMapping, readShape} from './shape.ts'

type Path = readonly (string | number)[]

/** An item of a list in the lab file: where it stands, how it is written, and how the schema reads it. */
export type Item<T> = {readonly path: Path; readonly written: unknown; readonly value: T}

/** The items of a section that are good by themselves; what is wrong with the others is told elsewhere. */
export function goodItems<T>(section: string, list: unknown, schema: z.ZodType<T>): readonly Item<T>[] {
  if (!Array.isArray(list)) return []
  return list.flatMap((written, index) => {
    const read = readShape(schema, written)
    return read.ok ? [{path: [section, index], written, value: read.value}] : []
  })
}

/** The cluster with the defaults in place of what was left out or is wrong. */
export function readCluster(written: unknown): ClusterConfig {
  const given = Object.entries(isMapping(written) ? written : {})
  const good = given.filter(([key, value]) => readShape(clusterSchema, {[key]: value}).ok)
  const read = clusterSchema.parse(Object.fromEntries(good))
  const {loadBalancers, ipFamilies, podNetwork6, serviceRange6, underlay6, loadBalancers6, dns, ...cluster} = read
  const pool = loadBalancers ?? usualPool(cluster)
  const ipv6 = ipv6Networks({ipFamilies, podNetwork6, serviceRange6, underlay6, loadBalancers6})
  const names = dnsConfig(dns)
  return {...cluster, ...(pool && {loadBalancers: pool}), ...(ipv6 && {ipv6}), ...(names && {dns: names})}
}

function dnsConfig(written: z.output<typeof clusterSchema>['dns']): DnsConfig | undefined {
  if (typeof written === 'boolean' || written.server === 'none') return undefined
  const {server, corefile, upstream = {}, host} = written
  const names = Object.entries(upstream).map(([name, addresses]) => [name, [addresses].flat()] as const)
  return {
    server,
    upstream: Object.fromEntries(names),
    ...(corefile !== undefined && {corefile}),
    ...(host !== undefined && {host}),
  }
}

const usual = parseNetwork('10.0.40.0/24')

/* Who chooses other networks need not know of this one. */
function usualPool({
  podNetwork,
  serviceRange,
  underlay,
}: Omit<ClusterConfig, 'loadBalancers' | 'dns'>): Cidr | undefined {
  return [podNetwork, serviceRange, underlay].some(network => overlaps(network, usual)) ? undefined : usual
}

/** The nodes as written, pools unfolded, without those parts of them that are wrong; node1 alone when there are none. */
export function nodeItems(written: unknown): readonly NodeItem[] {
  if (!Array.isArray(written) || written.length === 0) return [{path: ['nodes'], name: 'node1'}]
  return written.slice(0, machinesAtMost).flatMap((node, index) => {
    const path = ['nodes', index]
    if (!isMapping(node)) return typeof node === 'string' ? [{path, name: node}] : []
    return 'count' in node || 'prefix' in node ? poolItems(node, path) : nodeItem(node, path)
  })
}

function poolItems(written: unknown, path: Path): readonly NodeItem[] {
  const pool = readShape(poolSchema, written)
  if (!pool.ok) return []
  const {count, prefix} = pool.value
  return Array.from({length: count}, (_, index) => ({path, name: `${prefix}${index + 1}`}))
}

function nodeItem(written: Readonly<Record<string, unknown>>, path: Path): readonly NodeItem[] {
  const good = Object.entries(written).filter(([key, value]) => readShape(nodeSchema, {name: 'any', [key]: value}).ok)
  const {name, address, podSubnet, address6, podSubnet6, outside} = Object.fromEntries(good) as Partial<
    Omit<NodeItem, 'path'>
  >
  if (name === undefined) return []
  const six = {
    address6: address6 && parseIp6(address6),
    podSubnet6: podSubnet6 && parseNetwork6(podSubnet6),
  }
  return [{path, name, address, podSubnet, ...six, outside}]
}

/** The clients as written, without those that are wrong. */
export function clientItems(written: unknown): readonly ClientItem[] {
  return goodItems('clients', first(written), clientSchema).map(({path, value}) =>
    typeof value === 'string' ? {path, name: value} : {path, ...value},
  )
}

/** The hosts of the internet as written, without those that are wrong. */
export function internetItems(written: unknown): readonly InternetItem[] {
  return goodItems('internet', first(written), internetSchema).map(({path, value}) => {
    if (typeof value === 'string') return {path, host: {address: value}}
    const {name, address, answer} = value
    return {path, host: {...(name && {name}), address, ...(answer && {answer})}}
  })
}

/* That there are too many of them is told by the schema. */
function first(list: unknown): unknown {
  return Array.isArray(list) ? list.slice(0, machinesAtMost) : list
}
