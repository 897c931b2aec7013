import type {Lab} from '../../lab/lab.ts'
import type {KubeObject} from '../../objects/kube-object.ts'
import type {Pod} from '../../objects/pod.ts'
import {isReady} from '../../objects/pod-status.ts'
import type {ReplicaSet} from '../../objects/replica-set.ts'
import {matches, type Selector, selectorOfLabels} from '../../objects/selector.ts'
import type {Service} from '../../objects/service.ts'

/** What hangs together in a lab, as a picture shows it. */
export type Topology = {
  readonly name: string
  readonly overlay: string
  readonly proxyMode: string
  readonly podNetwork: string
  readonly serviceRange: string
  readonly underlay: string
  readonly nodes: readonly TopologyNode[]
  /** Pods that no node has (yet). */
  readonly unplaced: readonly TopologyPod[]
  readonly services: readonly TopologyService[]
  /** Machines on the underlay that are no nodes, and hosts beyond it. */
  readonly machines: readonly {readonly name: string; readonly address: string; readonly kind: 'client' | 'internet'}[]
}

export type TopologyNode = {
  readonly name: string
  readonly address: string
  readonly podSubnet: string
  readonly pods: readonly TopologyPod[]
}

/** A pod, or so many of one owner that stand for each other. `planned` is one of a lab file. */
export type TopologyPod = {
  readonly name: string
  readonly owner?: string
  readonly count: number
  readonly ip?: string
  readonly state: 'ready' | 'waiting' | 'planned'
  /** The services that send it packets, by their place among the topology's. */
  readonly services: readonly number[]
}

export type TopologyService = {readonly name: string; readonly address: string; readonly ports: string}

/** The topology of a lab with these objects: those of its store, or, when it is not up, its manifests. */
export function topologyOf(lab: Lab, objects: readonly KubeObject[], {isUp}: {isUp: boolean}): Topology {
  const {name, cluster, nodes} = lab
  const services = ofKind<Service>(objects, 'Service')
  const pods = isUp ? livePods(objects, services) : plannedPods(objects, services)
  const on = (isMeant: (node: string | undefined) => boolean) =>
    pods.filter(({node}) => isMeant(node)).map(({pod}) => pod)
  const names = new Set(nodes.map(node => node.name))
  return {
    name,
    overlay: cluster.overlay,
    proxyMode: cluster.proxyMode,
    podNetwork: cluster.podNetwork,
    serviceRange: cluster.serviceRange,
    underlay: cluster.underlay,
    nodes: nodes.map(node => ({
      name: node.name,
      address: node.address,
      podSubnet: node.podSubnet,
      pods: on(name => name === node.name),
    })),
    unplaced: on(node => node === undefined || !names.has(node)),
    services: services.map(serviceOf),
    machines: [
      ...lab.clients.map(client => ({name: client.name, address: client.address, kind: 'client' as const})),
      ...lab.internet.map(host => ({name: host.name ?? 'internet', address: host.address, kind: 'internet' as const})),
    ],
  }
}

type PlacedPod = {readonly node: string | undefined; readonly pod: TopologyPod}

function livePods(objects: readonly KubeObject[], services: readonly Service[]): readonly PlacedPod[] {
  return ofKind<Pod>(objects, 'Pod').map(pod => {
    const {metadata, spec, status} = pod
    const owner = metadata.ownerReferences?.[0]?.name
    return {
      node: spec.nodeName,
      pod: {
        name: metadata.name,
        ...(owner !== undefined && {owner}),
        count: 1,
        ...(status?.podIP !== undefined && {ip: status.podIP}),
        state: isReady(pod) ? 'ready' : 'waiting',
        services: servicesOf(metadata, services),
      },
    }
  })
}

/* A file knows of no scheduler: a ReplicaSet's pods are on no node yet. */
function plannedPods(objects: readonly KubeObject[], services: readonly Service[]): readonly PlacedPod[] {
  const planned = (metadata: Labelled & {readonly name: string}, count: number): TopologyPod => ({
    name: metadata.name,
    count,
    state: 'planned',
    services: servicesOf(metadata, services),
  })
  const sets = ofKind<ReplicaSet>(objects, 'ReplicaSet').filter(({spec}) => spec.replicas !== 0)
  return [
    ...ofKind<Pod>(objects, 'Pod').map(({metadata, spec}) => ({node: spec.nodeName, pod: planned(metadata, 1)})),
    ...sets.map(({metadata, spec}) => ({
      node: undefined,
      pod: planned({...metadata, labels: spec.template?.metadata?.labels}, spec.replicas ?? 1),
    })),
  ]
}

function ofKind<T extends KubeObject>(objects: readonly KubeObject[], kind: T['kind']): readonly T[] {
  return objects.filter((object): object is T => object.kind === kind)
}

type Labelled = {readonly namespace?: string; readonly labels?: Readonly<Record<string, string>> | undefined}

function servicesOf({namespace = 'default', labels}: Labelled, services: readonly Service[]): readonly number[] {
  return services.flatMap(({metadata, spec}, index) => {
    const selector: Selector = selectorOfLabels(spec.selector ?? {})
    const selects = selector.length > 0 && (metadata.namespace ?? 'default') === namespace && matches(selector, labels)
    return selects ? [index] : []
  })
}

function serviceOf({metadata, spec}: Service): TopologyService {
  const ports = (spec.ports ?? []).map(({port, nodePort}) =>
    nodePort === undefined ? `${port}` : `${port}:${nodePort}`,
  )
  const namespace = metadata.namespace ?? 'default'
  return {
    name: namespace === 'default' ? metadata.name : `${metadata.name}.${namespace}`,
    address: spec.clusterIP || spec.externalName || '?',
    ports: ports.join(','),
  }
}
