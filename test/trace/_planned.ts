import {announcedRoutes, announcements} from '../../src/cluster/announcements.ts'
import {machinePlan, switchName, underlayNetns, underlayPlan} from '../../src/cluster/underlay.ts'
import type {IpSets} from '../../src/kernel/ipset/set.ts'
import {applyRulesChange, emptyRuleset, planChange} from '../../src/kernel/rules/iptables.ts'
import type {Ruleset} from '../../src/kernel/ruleset.ts'
import type {NetnsState} from '../../src/kernel/state.ts'
import type {ClusterConfig} from '../../src/lab/lab.ts'
import {parseAnyNetwork, parseNetwork, parseNetwork6} from '../../src/net/cidr.ts'
import {type IpFamily, parseIp} from '../../src/net/ip.ts'
import {parseIp6} from '../../src/net/ip6.ts'
import {macOf} from '../../src/net/mac.ts'
import {flannelPlan, podMtu} from '../../src/node/overlay/flannel.ts'
import type {FamilyLease, Lease} from '../../src/node/overlay/overlay-backend.ts'
import {vxlan} from '../../src/node/overlay/vxlan.ts'
import {type Contribution, joinContributions, type PacketPlan} from '../../src/node/plan.ts'
import {type PodSegment, podNetnsPlan, podsPlan} from '../../src/node/pods/plan.ts'
import {defaultProxyConfiguration, type ProxyConfiguration} from '../../src/node/proxy/configuration.ts'
import {proxyModeOf} from '../../src/node/proxy/index.ts'
import {contextOf, contextOf6} from '../../src/node/proxy/proxy-mode.ts'
import {servicePorts} from '../../src/node/proxy/service-port.ts'
import {proxyNodeOf} from '../../src/node/proxy-node.ts'
import {iptablesFilters} from '../../src/trace/iptables/iptables.ts'
import {ipvsFilters} from '../../src/trace/ipvs/ipvs.ts'
import {nftFilters} from '../../src/trace/nftables/nftables.ts'
import type {Filter, Machine, Socket, World} from '../../src/trace/world.ts'
import {
  inFamily,
  laptop,
  type NodeName,
  nodeNames,
  nodes,
  type PodAddresses,
  type PodName,
  podAddresses,
  podAddressesIn,
  podNames,
  podNetwork,
  podNetwork6,
  podSubnet6,
  pods,
  pool,
  pool6,
  serviceRange,
  serviceRange6,
  underlay6,
} from './_cluster.ts'
import type {Setting} from './_model.ts'
import {balanced, bothFamilies, sliceOf, type TableService} from './_services.ts'

/** In a dual-stack cluster everything is there in both families. */
export type Planning = Omit<Setting, 'entry' | 'addresses' | 'family'> & {readonly isDual?: boolean}

/** What kube-proxy is told. */
export function configurationOf({
  mode,
  profile,
  knowsPods,
  masqueradeAll,
  localhostNodePorts,
  isDual,
}: Planning): ProxyConfiguration {
  const clusterCIDR = knowsPods ? {clusterCIDR: parseNetwork(podNetwork)} : {}
  const clusterCIDR6 = knowsPods && isDual ? {clusterCIDR6: parseNetwork6(podNetwork6)} : {}
  return {
    ...defaultProxyConfiguration,
    mode,
    masqueradeAll,
    localhostNodePorts,
    ...clusterCIDR,
    ...clusterCIDR6,
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
  const {services: all, slices} = objectsOf(services, {setting, addresses})
  const ports = servicePorts(all, slices)
  const configuration = configurationOf(setting)
  const mode = proxyModeOf(configuration)
  const context = contextOf(proxyNode(name, setting), configuration)
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

/** The same for their addresses of IPv6, in a dual-stack cluster. */
export function proxyPlan6(
  name: NodeName,
  services: readonly TableService[],
  {setting, addresses6 = podAddressesIn('IPv6')}: {readonly setting: Planning; readonly addresses6?: PodAddresses},
): Contribution {
  const {services: all, slices} = objectsOf(services, {setting, addresses6})
  const configuration = configurationOf(setting)
  const context = contextOf6(proxyNode(name, setting), configuration)
  return context === undefined ? {} : proxyModeOf(configuration).plan(servicePorts(all, slices, 'IPv6'), context)
}

function proxyNode(name: NodeName, {isDual}: Planning) {
  const serviceRanges = {
    serviceRange: parseNetwork(serviceRange),
    serviceRange6: isDual ? parseNetwork6(serviceRange6) : undefined,
  }
  return proxyNodeOf({self: leaseOf(name, isDual), zone: undefined, ...serviceRanges})
}

/* Services and slices as the API has them. */
function objectsOf(
  services: readonly TableService[],
  {
    setting: {isDual},
    addresses = podAddresses,
    addresses6 = podAddressesIn('IPv6'),
  }: {
    readonly setting: Pick<Planning, 'isDual'>
    readonly addresses?: PodAddresses
    readonly addresses6?: PodAddresses
  },
) {
  const families = isDual ? bothFamilies : (['IPv4'] as const)
  return {
    services: services.map(one => balanced(one, families)),
    slices: families.flatMap(family =>
      services.map(one => sliceOf(one, family === 'IPv4' ? addresses : addresses6, family)),
    ),
  }
}

/** The cluster as podlab plans it: the networks of all machines and pods, and the rules of every node. */
export function plannedWorld(
  services: readonly TableService[],
  setting: Planning,
  edited: (plan: PacketPlan) => PacketPlan = plan => plan,
): World {
  const {isDual = false} = setting
  const nodeMachines = nodeNames.map((name): Machine => {
    const self = leaseOf(name, isDual)
    const places = podNames.filter(pod => pods[pod] === name).map(pod => ({netns: pod, ip: parseIp(podAddresses[pod])}))
    const peers = nodeNames.filter(other => other !== name).map(other => leaseOf(other, isDual))
    const {sockets, rules: proxied = [], state: proxyState = {}} = proxyPlan(name, services, {setting})
    const {rules: proxied6 = []} = isDual ? proxyPlan6(name, services, {setting}) : {}
    const network6 = isDual ? {network6: parseNetwork6(podNetwork6)} : {}
    const {state, rules: others} = joinContributions([
      {state: machineState(name, isDual)},
      podsPlan(segmentOf(self, podMtu(vxlan, underlay)), places),
      flannelPlan({backend: vxlan, network: parseNetwork(podNetwork), ...network6, self, peers, underlay}),
      {state: proxyState},
    ])
    const rules = [...others, ...proxied, ...proxied6].map(edited)
    return {name, state, filters: filtersOf(rules), sets: setsOf(rules), sockets}
  })
  const podMachines = podNames.map(pod => podMachine(pod, isDual))
  const all = [...nodeMachines, ...podMachines, routerMachine(entries(services, isDual), isDual), client(isDual)]
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
export function entries(services: readonly TableService[], isDual = false): ReadonlyMap<string, string> {
  const ready = {conditions: [{type: 'Ready', status: 'True'}]}
  return announcements(
    {
      ...objectsOf(services, {setting: {isDual}}),
      nodes: nodeNames.map(name => ({apiVersion: 'v1', kind: 'Node', metadata: {name}, status: ready}) as never),
    },
    {pools: [pool, pool6].map(parseAnyNetwork), before: new Map()},
  )
}

export function entryOf(services: readonly TableService[], isDual = false): Setting['entry'] {
  const found = entries(services, isDual)
  return ip => found.get(ip) as NodeName | undefined
}

const underlay = {link: 'eth0', mtu: 1500}

function clusterOf(isDual: boolean): ClusterConfig {
  const ipv6 = {
    podNetwork: parseNetwork6(podNetwork6),
    serviceRange: parseNetwork6(serviceRange6),
    underlay: parseNetwork6(underlay6),
    loadBalancers: parseNetwork6(pool6),
  }
  return {underlay: parseNetwork('10.0.20.0/24'), ...(isDual && {ipv6})} as ClusterConfig
}

function machinesOf(isDual: boolean) {
  const all = [...nodeNames.map(name => [name, nodes[name].address] as const), ['laptop', laptop] as const]
  return all.map(([name, address]) => ({
    ...{name, address: parseIp(address)},
    ...(isDual && {address6: parseIp6(inFamily('IPv6', address))}),
  }))
}

/* What a machine has of the underlay. */
function machineState(name: NodeName | 'laptop', isDual: boolean): NetnsState {
  const machines = machinesOf(isDual)
  const machine = machines.find(one => one.name === name)
  if (machine === undefined) throw new Error(`${name} is a machine of the table`)
  return machinePlan(clusterOf(isDual), machine, machines)
}

function leaseOf(name: NodeName, isDual = false): Lease {
  const {address, prefix} = nodes[name]
  const vtepMac = macOf(parseIp(`${prefix}.0`))
  const ipv6: FamilyLease = {
    publicIp: parseIp6(inFamily('IPv6', address)),
    subnet: parseNetwork6(podSubnet6(name)),
    vtepMac,
  }
  const four = {publicIp: parseIp(address), subnet: parseNetwork(`${prefix}.0/24`), vtepMac}
  return {node: name, ...four, ...(isDual && {ipv6})}
}

function segmentOf({subnet, ipv6}: Lease, mtu: number): PodSegment {
  return {subnet, mtu, ...(ipv6 && {subnet6: ipv6.subnet})}
}

function podMachine(pod: PodName, isDual: boolean): Machine {
  const node = pods[pod]
  const segment = segmentOf(leaseOf(node, isDual), 1450)
  const state = podNetnsPlan(segment, {netns: pod, ip: parseIp(podAddresses[pod]), node})
  const sockets = [{protocol: 'tcp', port: 8080} as const, {protocol: 'udp', port: 8081} as const]
  return {name: pod, state, filters: [], sockets}
}

function routerMachine(chosen: ReadonlyMap<string, string>, isDual: boolean): Machine {
  const machines = machinesOf(isDual)
  const plan = underlayPlan(clusterOf(isDual), machines)
  const routes = announcedRoutes(chosen as never, {nodes: machines, link: switchName})
  const state: NetnsState = {...plan, routes: [...plan.routes, ...routes]}
  return {name: underlayNetns, state, filters: [], sockets: []}
}

function client(isDual: boolean): Machine {
  return {name: 'laptop', state: machineState('laptop', isDual), filters: [], sockets: []}
}
