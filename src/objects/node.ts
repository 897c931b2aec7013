import {ageOf} from './age.ts'
import {type Condition, conditionsSchema} from './condition.ts'
import {dnsSubdomain, network} from './format.ts'
import type {Kind} from './kind.ts'
import type {KubeObject} from './kube-object.ts'
import {forbidden, type Mistake} from './mistake.ts'
import {anything, boolean, list, listBy, map, record, type Schema, setOf, string, text} from './schema.ts'
import {taintMistakes} from './taint-rules.ts'

/** A machine of the cluster. */
export type Node = KubeObject & {
  readonly apiVersion: 'v1'
  readonly kind: 'Node'
  readonly spec: NodeSpec
  readonly status?: NodeStatus
}

export type NodeSpec = {
  /** The node's share of the pod network: `172.17.13.0/24`. */
  readonly podCIDR?: string
  readonly podCIDRs?: readonly string[]
  readonly providerID?: string
  readonly unschedulable?: boolean
  readonly taints?: readonly Taint[]
}

/** Keeps pods away that do not tolerate it. */
export type Taint = {
  readonly key: string
  readonly value?: string
  readonly effect: TaintEffect
  readonly timeAdded?: string
}

export type TaintEffect = 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute'

export type NodeStatus = {
  readonly addresses?: readonly NodeAddress[]
  readonly conditions?: readonly Condition[]
  readonly capacity?: Readonly<Record<string, string>>
  readonly allocatable?: Readonly<Record<string, string>>
  readonly nodeInfo?: NodeInfo
}

export type NodeAddress = {
  readonly type: 'InternalIP' | 'ExternalIP' | 'Hostname' | 'InternalDNS' | 'ExternalDNS'
  readonly address: string
}

export type NodeInfo = {
  readonly kubeletVersion: string
  readonly osImage: string
  readonly kernelVersion: string
  readonly containerRuntimeVersion: string
  readonly kubeProxyVersion?: string
  readonly operatingSystem?: string
  readonly architecture?: string
  readonly machineID?: string
  readonly systemUUID?: string
  readonly bootID?: string
}

const taintSchema = record({key: string, value: string, effect: string, timeAdded: string})

const statusSchema: Schema = record({
  addresses: listBy(['type'], record({type: string, address: string}, ['type', 'address'])),
  allocatable: map(anything),
  capacity: map(anything),
  conditions: conditionsSchema,
  config: anything,
  daemonEndpoints: anything,
  features: anything,
  images: list(anything),
  nodeInfo: map(string),
  phase: string,
  runtimeHandlers: list(anything),
  volumesAttached: list(anything),
  volumesInUse: list(string),
})

export const nodeKind: Kind<Node> = {
  kind: 'Node',
  plural: 'nodes',
  singular: 'node',
  shortNames: ['no'],
  namespaced: false,
  apiVersions: ['v1'],
  countsGenerations: false,
  hasStatus: true,
  name: dnsSubdomain,
  fields: {
    spec: record({
      podCIDR: string,
      podCIDRs: setOf(text(network)),
      providerID: string,
      unschedulable: boolean,
      taints: list(taintSchema),
    }),
    status: statusSchema,
  },
  selectable: [{field: 'spec.unschedulable', value: ({spec}) => `${spec.unschedulable ?? false}`}],
  required: [],
  defaults: node => {
    const {podCIDR, podCIDRs} = node.spec ?? {}
    return podCIDR && !podCIDRs ? {...node, spec: {...node.spec, podCIDRs: [podCIDR]}} : {...node, spec: {...node.spec}}
  },
  validate: ({spec}) => taintMistakes(spec?.taints ?? []),
  // A node reports itself: unlike other kinds, it is born with the status that it brings.
  initial: node => node,
  inherit: (node, before) => ({
    ...node,
    spec: {
      ...(before.spec.podCIDR && {podCIDR: before.spec.podCIDR}),
      ...(before.spec.podCIDRs && {podCIDRs: before.spec.podCIDRs}),
      ...node.spec,
    },
  }),
  validateUpdate: (node, before) => fixedNetwork(node, before),
  columns: [
    {name: 'Name', value: node => node.metadata.name},
    {name: 'Status', value: readiness},
    {name: 'Roles', value: rolesOf},
    {name: 'Age', value: ageOf},
    {name: 'Version', value: node => node.status?.nodeInfo?.kubeletVersion ?? ''},
    {name: 'Internal-IP', wide: true, value: node => addressOf(node, 'InternalIP')},
    {name: 'External-IP', wide: true, value: node => addressOf(node, 'ExternalIP')},
    {name: 'OS-Image', wide: true, value: node => node.status?.nodeInfo?.osImage ?? '<unknown>'},
    {name: 'Kernel-Version', wide: true, value: node => node.status?.nodeInfo?.kernelVersion ?? '<unknown>'},
    {
      name: 'Container-Runtime',
      wide: true,
      value: node => node.status?.nodeInfo?.containerRuntimeVersion ?? '<unknown>',
    },
  ],
}

const rolePrefix = 'node-role.kubernetes.io/'

function fixedNetwork(node: Node, before: Node): Mistake[] {
  const changed = before.spec.podCIDR !== undefined && node.spec.podCIDR !== before.spec.podCIDR
  return changed ? [forbidden(['spec', 'podCIDRs'], 'node updates may not change podCIDR except from "" to valid')] : []
}

function readiness({spec, status}: Node): string {
  const ready = status?.conditions?.find(condition => condition.type === 'Ready')
  const words = [ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady']
  return [...words, ...(spec.unschedulable ? ['SchedulingDisabled'] : [])].join(',')
}

function rolesOf({metadata}: Node): string {
  const roles = Object.keys(metadata.labels ?? {}).filter(label => label.startsWith(rolePrefix))
  return (
    roles
      .map(label => label.slice(rolePrefix.length))
      .toSorted()
      .join(',') || '<none>'
  )
}

function addressOf({status}: Node, type: NodeAddress['type']): string {
  return status?.addresses?.find(address => address.type === type)?.address ?? '<none>'
}
