import {type NftPart, nftTableOfParts} from '../../../kernel/nftables/parts.ts'
import type {NftPlan, NftTable} from '../../../kernel/nftables/table.ts'
import {partsMade} from '../../../kernel/parts.ts'
import {contains} from '../../../net/cidr.ts'
import {answersEverywhere, type ProxyContext, type ProxyMode} from '../proxy-mode.ts'
import {remembered, rememberedBy} from '../remembered.ts'
import type {ServicePort} from '../service-port.ts'
import {baseChains, baseMaps, baseSets, wordsOf} from './base.ts'
import {servicePart} from './service.ts'

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
  const known = knownParts(context)
  const words = wordsOf(context)
  const sets = baseSets(words)
  const maps = Object.entries(baseMaps(words)).map(([name, map]) => [name, {...map, elements: {}}] as const)
  const shared: NftTable = {
    comment: 'rules for kube-proxy',
    sets: {
      'cluster-ips': {...sets['cluster-ips'], elements: []},
      ...(!answersEverywhere(context.nodePortAddresses ?? []) && {
        'nodeport-ips': {...sets['nodeport-ips'], elements: nodePortIps(context)},
      }),
    },
    maps: Object.fromEntries(maps),
    chains: baseChains(context),
  }
  return {
    backend: 'nftables',
    owner: 'kube-proxy',
    family: words.ip,
    name: 'kube-proxy',
    table: nftTableOfParts({
      shared,
      own: partsMade(ports.length, at => knownPart(ports[at] as ServicePort, context, known)),
    }),
  }
}

/* Of a port that is the same as before, on a node that is told the same, all is as it was: a change costs what it changes. */
function knownPart(port: ServicePort, context: ProxyContext, known: WeakMap<ServicePort, NftPart>): NftPart {
  return remembered(known, port, () => servicePart(port, context))
}

const knownParts = rememberedBy<WeakMap<ServicePort, NftPart>>(() => new WeakMap())

function nodePortIps({nodeIp, addresses = [], nodePortAddresses = []}: ProxyContext): readonly string[] {
  if (nodePortAddresses.length === 0) return nodeIp === undefined ? [] : [nodeIp]
  return addresses.filter(ip => !ip.startsWith('127.') && nodePortAddresses.some(net => contains(net, ip))).sort()
}
