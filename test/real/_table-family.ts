import type {IpFamily} from '../../src/net/ip.ts'
import type {PacketPlan} from '../../src/node/plan.ts'
import type {KubeObject} from '../../src/objects/kube-object.ts'
import {type NodeName, nodeNames, nodes, type PodAddresses, podNames, podSubnet6, pods} from '../trace/_cluster.ts'
import type {Setting} from '../trace/_model.ts'
import {entryOf, type Planning, proxyPlan, proxyPlan6} from '../trace/_planned.ts'
import {bothFamilies, ofFamily, serviceOf, services, sliceOf, type TableService} from '../trace/_services.ts'
import {proxyPortsIn} from './_planned-and-seen.ts'

/** By which addresses the real packet table is called: in a lab of IPv4 alone, or by the second ones in a dual-stack lab. */
export type TableFamily = {
  readonly name: IpFamily
  /** What the planning and the expectations are told besides the setting. */
  readonly planning: Pick<Planning, 'isDual'>
  readonly services: readonly TableService[]
  readonly entry: Setting['entry']
  /** Text of a lab, for its section `cluster` and for a node. */
  readonly cluster: string
  node(name: NodeName): string
  /** What the API is given. */
  objects(byFamily: Readonly<Record<IpFamily, PodAddresses>>): readonly KubeObject[]
  /** How a node's rules are seen, and what is planned of them. */
  readonly rulesSeen: string
  planned(node: NodeName, setting: Planning, known: Known): readonly PacketPlan[]
}

type Known = {readonly addresses: PodAddresses; readonly seen: string}

const four: TableFamily = {
  ...{name: 'IPv4', planning: {}, services, entry: entryOf(services), cluster: ''},
  node: () => '',
  objects: ({IPv4}) => services.flatMap(service => [serviceOf(service), sliceOf(service, IPv4)]),
  rulesSeen: 'iptables-save; nft list table ip kube-proxy 2>/dev/null',
  planned: (node, setting, {addresses, seen}) =>
    proxyPlan(node, services, {setting, addresses, proxyPorts: proxyPortsIn(seen)}).rules ?? [],
}

const six: TableFamily = {
  ...{name: 'IPv6', planning: {isDual: true}, entry: entryOf(services, true)},
  services: services.map(service => ofFamily(service, 'IPv6')),
  cluster: ', ipFamilies: [IPv4, IPv6]',
  node: name => `, podSubnet6: "${podSubnet6(name)}"`,
  objects: byFamily =>
    services.flatMap(service => [
      serviceOf(service, bothFamilies),
      ...bothFamilies.map(family => sliceOf(service, byFamily[family], family)),
    ]),
  rulesSeen: 'ip6tables-save; nft list table ip6 kube-proxy 2>/dev/null',
  planned: (node, setting, {addresses}) => proxyPlan6(node, services, {setting, addresses6: addresses}).rules ?? [],
}

export const tableFamilies: Readonly<Record<IpFamily, TableFamily>> = {IPv4: four, IPv6: six}

/** Three nodes and the pods of the table, the laptop outside. */
export function tableLab(mode: Setting['mode'], {cluster, node}: TableFamily): string {
  const machines = nodeNames.map(
    name => `  - {name: ${name}, address: ${nodes[name].address}, podSubnet: ${nodes[name].prefix}.0/24${node(name)}}`,
  )
  const manifests = podNames.map(
    name =>
      `  - {apiVersion: v1, kind: Pod, metadata: {name: ${name}}, spec: {nodeName: ${pods[name]}, containers: [{name: main, image: registry.k8s.io/e2e-test-images/agnhost, args: [netexec]}]}}`,
  )
  return `
cluster: {proxyMode: ${mode}, dns: false${cluster}}
nodes:
${machines.join('\n')}
clients:
  - {name: laptop, address: 10.0.20.100}
manifests:
${manifests.join('\n')}
`
}
