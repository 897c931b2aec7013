import {announcedRoutes, announcements} from '../../src/cluster/announcements.ts'
import {machinePlan, switchName, underlayNetns, underlayPlan} from '../../src/cluster/underlay.ts'
import type {IpSets} from '../../src/kernel/ipset/set.ts'
import {applyRulesChange, emptyRuleset, planChange} from '../../src/kernel/rules/iptables.ts'
import type {Ruleset} from '../../src/kernel/ruleset.ts'
import type {NetnsState} from '../../src/kernel/state.ts'
import type {ClusterConfig} from '../../src/lab/lab.ts'
import {parseNetwork} from '../../src/net/cidr.ts'
import {type IpFamily, parseIp} from '../../src/net/ip.ts'
import {macOf} from '../../src/net/mac.ts'
import {flannelPlan, podMtu} from '../../src/node/overlay/flannel.ts'
import type {Lease} from '../../src/node/overlay/overlay-backend.ts'
import {vxlan} from '../../src/node/overlay/vxlan.ts'
import {type Contribution, joinContributions, type PacketPlan} from '../../src/node/plan.ts'
import {podNetnsPlan, podsPlan} from '../../src/node/pods/plan.ts'
import {defaultProxyConfiguration, type ProxyConfiguration} from '../../src/node/proxy/configuration.ts'
import {proxyModeOf} from '../../src/node/proxy/index.ts'
import {contextOf} from '../../src/node/proxy/proxy-mode.ts'
import {servicePorts} from '../../src/node/proxy/service-port.ts'
import {iptablesFilters} from '../../src/trace/iptables/iptables.ts'
import {ipvsFilters} from '../../src/trace/ipvs/ipvs.ts'
import {nftFilters} from '../../src/trace/nftables/nftables.ts'
import type {Filter, Machine, Socket, World} from '../../src/trace/world.ts'
import {
  laptop,
  type NodeName,
  nodeNames,
  nodes,
  type PodAddresses,
  type PodName,
  podAddresses,
  podNames,
  podNetwork,
  pods,
  pool,
  serviceRange,
} from './_cluster.ts'
import type {Setting} from './_model.ts'
import {balanced, sliceOf, type TableService} from './_services.ts'

export type Planning = Omit<Setting, 'entry' | 'addresses'>

/** What kube-proxy is told. */
export function configurationOf({
  mode,
  profile,
  knowsPods,
  masqueradeAll,
  localhostNodePorts,
}: Planning): ProxyConfiguration {
  const clusterCIDR = knowsPods ? {clusterCIDR: parseNetwork(podNetwork)} : {}
  return {
    ...defaultProxyConfiguration,
    mode,
    masqueradeAll,
    localhostNodePorts,
    ...clusterCIDR,
    ...(profile && {profile}),
  }
}

/** What kube-proxy plans on a node for the table's Services. */
export function proxyPlan(
  name: NodeName,
  services: readonly TableService[],
  {
    setting,
    addresses = podAddresses,
    proxyPorts,
  }: {
    readonly setting: Planning
    readonly addresses?: PodAddresses
    /** Where a node's proxy listens for each Service, where it is known. */
    readonly proxyPorts?: ReadonlyMap<string, number>
  },
): Contribution & {readonly sockets: readonly Socket[]} {
  const ports = servicePorts(
    services.map(balanced),
    services.map(one => sliceOf(one, addresses)),
  )
  const configuration = configurationOf(setting)
  const {publicIp} = leaseOf(name)
  const node = {
    ...{nodeName: name, nodeIp: publicIp, serviceRange: parseNetwork(serviceRange)},
    addresses: [publicIp, parseIp(`${nodes[name].prefix}.1`), parseIp('127.0.0.1')],
  }
  const mode = proxyModeOf(configuration)
  const context = contextOf(node, configuration)
  const proxied = mode.proxied?.(ports, context) ?? []
  const numbers = new Map(proxied.map((port, index) => [port.name, proxyPorts?.get(port.name) ?? 40_000 + index]))
  const sockets = proxied.map(
    ({name: port, protocol, endpoints}): Socket => ({
      ...{protocol, port: numbers.get(port) ?? 0},
      forwards: endpoints.map(endpoint => {
        const [ip = '', number] = endpoint.split(':')
        return {ip: parseIp(ip), port: Number(number)}
      }),
    }),
  )
  const proxySockets = {ports: numbers, refused: new Map()}
  return {...mode.plan(ports, {...context, proxySockets}), sockets}
}

/** The cluster as podlab plans it: the networks of all machines and pods, and the rules of every node. */
export function plannedWorld(
  services: readonly TableService[],
  setting: Planning,
  edited: (plan: PacketPlan) => PacketPlan = plan => plan,
): World {
  const nodeMachines = nodeNames.map((name): Machine => {
    const self = leaseOf(name)
    const places = podNames.filter(pod => pods[pod] === name).map(pod => ({netns: pod, ip: parseIp(podAddresses[pod])}))
    const peers = nodeNames.filter(other => other !== name).map(leaseOf)
    const {sockets, rules: proxied = [], state: proxyState = {}} = proxyPlan(name, services, {setting})
    const {state, rules: others} = joinContributions([
      {state: machinePlan(cluster, {name, address: self.publicIp}, machines)},
      podsPlan({subnet: self.subnet, mtu: podMtu(vxlan, underlay)}, places),
      flannelPlan({backend: vxlan, network: parseNetwork(podNetwork), self, peers, underlay}),
      {state: proxyState},
    ])
    const rules = [...others, ...proxied].map(edited)
    return {name, state, filters: filtersOf(rules), sets: setsOf(rules), sockets}
  })
  const all = [...nodeMachines, ...podNames.map(podMachine), routerMachine(entries(services)), client()]
  return new Map(all.map(machine => [machine.name, machine]))
}

/** What plans filter, once they are written. */
export function filtersOf(plans: readonly PacketPlan[]): readonly Filter[] {
  const written: Record<IpFamily, Ruleset> = {IPv4: emptyRuleset, IPv6: {...emptyRuleset, family: 'IPv6'}}
  for (const plan of plans) {
    if (plan.backend !== 'iptables') continue
    const family = plan.family ?? 'IPv4'
    const change = planChange(written[family], plan)
    if (change) written[family] = applyRulesChange(written[family], change)
  }
  const tables = plans.flatMap(plan =>
    plan.backend === 'nftables' && plan.table ? nftFilters(`${plan.family} ${plan.name}`, plan.table) : [],
  )
  const balancers = plans.flatMap(plan => (plan.backend === 'ipvs' ? ipvsFilters(plan.table) : []))
  return [...iptablesFilters(written.IPv4), ...iptablesFilters(written.IPv6), ...tables, ...balancers]
}

function setsOf(plans: readonly PacketPlan[]): IpSets {
  return Object.assign({}, ...plans.map(plan => (plan.backend === 'ipset' ? plan.sets : {})))
}

/** Which node takes the packets for each address of the pool. */
export function entries(services: readonly TableService[]): ReadonlyMap<string, string> {
  const ready = {conditions: [{type: 'Ready', status: 'True'}]}
  return announcements(
    {
      services: services.map(balanced),
      slices: services.map(one => sliceOf(one, podAddresses)),
      nodes: nodeNames.map(name => ({apiVersion: 'v1', kind: 'Node', metadata: {name}, status: ready}) as never),
    },
    {pools: [parseNetwork(pool)], before: new Map()},
  )
}

export function entryOf(services: readonly TableService[]): Setting['entry'] {
  const found = entries(services)
  return ip => found.get(ip) as NodeName | undefined
}

const underlay = {link: 'eth0', mtu: 1500}
const cluster = {underlay: parseNetwork('10.0.20.0/24')} as ClusterConfig
const machines = [
  ...nodeNames.map(name => ({name, address: parseIp(nodes[name].address)})),
  {name: 'laptop', address: parseIp(laptop)},
]

function leaseOf(name: NodeName): Lease {
  const {address, prefix} = nodes[name]
  const publicIp = parseIp(address)
  return {node: name, publicIp, subnet: parseNetwork(`${prefix}.0/24`), vtepMac: macOf(parseIp(`${prefix}.0`))}
}

function podMachine(pod: PodName): Machine {
  const node = pods[pod]
  const segment = {subnet: leaseOf(node).subnet, mtu: 1450}
  const state = podNetnsPlan(segment, {netns: pod, ip: parseIp(podAddresses[pod]), node})
  const sockets = [{protocol: 'tcp', port: 8080} as const, {protocol: 'udp', port: 8081} as const]
  return {name: pod, state, filters: [], sockets}
}

function routerMachine(chosen: ReadonlyMap<string, string>): Machine {
  const plan = underlayPlan(cluster, machines)
  const routes = announcedRoutes(chosen as never, {nodes: machines, link: switchName})
  const state: NetnsState = {...plan, routes: [...plan.routes, ...routes]}
  return {name: underlayNetns, state, filters: [], sockets: []}
}

function client(): Machine {
  const state = machinePlan(cluster, {name: 'laptop', address: parseIp(laptop)}, machines)
  return {name: 'laptop', state, filters: [], sockets: []}
}
