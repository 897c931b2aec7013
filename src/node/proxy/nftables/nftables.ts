import type {NftElement, NftMap, NftPlan} from '../../../kernel/nftables/table.ts'
import {contains} from '../../../net/cidr.ts'
import type {ProxyContext, ProxyMode} from '../proxy-mode.ts'
import type {ServicePort} from '../service-port.ts'
import {baseChains, baseMaps, baseSets, wordsOf} from './base.ts'
import {type ServiceParts, serviceParts} from './service.ts'

/**
 * kube-proxy's nftables mode. Where iptables goes through one rule after the other until one names the packet's address, here a map is asked
 * once: `service-ips` leads from address, protocol and port to the Service's chain, among ten thousand Services as quickly as among
 * ten. The chain draws lots with one rule, and the endpoint's chain writes the pod's address into the packet (dnat). All lives in one table, so
 * that a change is one transaction, and only what changes is written.
 */
export const nftables: ProxyMode = {
  plan: (ports, context) => ({rules: [nftablesPlan(ports, context)]}),
}

/** The one table that a node has for its Services. */
export function nftablesPlan(ports: readonly ServicePort[], context: ProxyContext): NftPlan {
  const key = JSON.stringify(context)
  const parts = ports.map(port => knownParts(port, context, key))
  const words = wordsOf(context)
  const sets = baseSets(words)
  return {
    backend: 'nftables',
    owner: 'kube-proxy',
    family: words.ip,
    name: 'kube-proxy',
    table: {
      comment: 'rules for kube-proxy',
      sets: {
        'cluster-ips': {
          ...sets['cluster-ips'],
          elements: [...new Set(ports.map(({clusterIp}) => clusterIp))].sort(),
        },
        'nodeport-ips': {...sets['nodeport-ips'], elements: nodePortIps(context)},
        ...merged(parts.map(({sets}) => sets)),
      },
      maps: mapsOf(parts, baseMaps(words)),
      chains: {...baseChains(context), ...merged(parts.map(({chains}) => chains))},
    },
  }
}

/* Of a port that is the same as before, on a node that is told the same, all is as it was: a change costs what it changes. */
function knownParts(port: ServicePort, context: ProxyContext, key: string): ServiceParts {
  const byContext = remembered.get(port) ?? new Map<string, ServiceParts>()
  remembered.set(port, byContext)
  const parts = byContext.get(key) ?? serviceParts(port, context)
  byContext.set(key, parts)
  return parts
}

const remembered = new WeakMap<ServicePort, Map<string, ServiceParts>>()

/* Spreading the one into the other again and again would cost the square of their number. */
function merged<T>(records: readonly Readonly<Record<string, T>>[]): Readonly<Record<string, T>> {
  return Object.assign({}, ...records) as Record<string, T>
}

function nodePortIps({nodeIp, addresses = [], nodePortAddresses = []}: ProxyContext): readonly string[] {
  if (nodePortAddresses.length === 0) return nodeIp === undefined ? [] : [nodeIp]
  return addresses.filter(ip => !ip.startsWith('127.') && nodePortAddresses.some(net => contains(net, ip))).sort()
}

function mapsOf(parts: readonly ServiceParts[], maps: ReturnType<typeof baseMaps>): Readonly<Record<string, NftMap>> {
  const elements: Record<string, Record<string, NftElement>> = {}
  for (const name of Object.keys(maps)) elements[name] = {}
  for (const [map, key, element] of parts.flatMap(part => part.elements)) {
    const found = elements[map] as Record<string, NftElement>
    found[key] ??= element // of two Services that claim one address, the first has it
  }
  return Object.fromEntries(Object.entries(maps).map(([name, map]) => [name, {...map, elements: elements[name] ?? {}}]))
}
