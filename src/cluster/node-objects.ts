import {createHash} from 'node:crypto'
import {availableParallelism, release, totalmem} from 'node:os'
import type {Lab, NodeConfig} from '../lab/lab.ts'
import {handsOffAnnotation} from '../node/hand.ts'
import {leasesOf} from '../node/overlay/leases.ts'
import {annotationsOf} from '../node/overlay/node-leases.ts'
import {healthyConditions, networkCondition} from '../node/sign-of-life.ts'
import type {Node} from '../objects/node.ts'

/** The version of Kubernetes that podlab's nodes report. */
const kubeletVersion = 'v1.32.0'

/** A lab's nodes as the API has them, with their flannel leases; ready, since podlab made them. Those outside come by themselves. */
export function nodeObjects({nodes, cluster}: Lab, now: string): readonly Node[] {
  const applicants = nodes.map(({name, address, podSubnet, address6, podSubnet6}) => ({
    ...{node: name, publicIp: address, subnet: podSubnet},
    ...(address6 && podSubnet6 && {ipv6: {publicIp: address6, subnet: podSubnet6}}),
  }))
  const leases = leasesOf(cluster.podNetwork, applicants)
  return leases.flatMap((lease, index) => {
    const node = nodes[index] as NodeConfig
    return node.outside ? [] : [nodeObject(node, {...annotationsOf(lease, cluster.overlay), ...handsOff(cluster)}, now)]
  })
}

/* Which components leave alone what a hand has changed. */
function handsOff({reconcile = {}}: Lab['cluster']): Readonly<Record<string, string>> {
  const names = Object.entries(reconcile).flatMap(([name, how]) => (how === 'never' ? [name] : []))
  return names.length === 0 ? {} : {[handsOffAnnotation]: names.join(',')}
}

/** A node as its kubelet reports it. */
export function nodeObject(
  {name, address, podSubnet, address6, podSubnet6}: NodeConfig,
  annotations: Readonly<Record<string, string>>,
  now: string,
): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {name, labels: labelsOf(name), annotations},
    spec: {podCIDR: podSubnet, podCIDRs: [podSubnet, ...(podSubnet6 ? [podSubnet6] : [])]},
    status: {
      addresses: [
        {type: 'InternalIP', address},
        ...(address6 ? [{type: 'InternalIP', address: address6} as const] : []),
        {type: 'Hostname', address: name},
      ],
      conditions: [networkCondition(now), ...healthyConditions(now)],
      capacity: resources(),
      allocatable: resources(),
      nodeInfo: {
        kubeletVersion,
        kubeProxyVersion: kubeletVersion,
        osImage: 'podlab',
        kernelVersion: release(),
        containerRuntimeVersion: 'podlab://0.1',
        operatingSystem: 'linux',
        architecture,
        ...identity(name),
      },
    },
  }
}

const architecture = {x64: 'amd64', ia32: '386'}[process.arch as string] ?? process.arch

function labelsOf(name: string): Readonly<Record<string, string>> {
  return {
    'beta.kubernetes.io/arch': architecture,
    'beta.kubernetes.io/os': 'linux',
    'kubernetes.io/arch': architecture,
    'kubernetes.io/hostname': name,
    'kubernetes.io/os': 'linux',
  }
}

/* Every node of a lab has the whole machine. Of pods it takes as many as a /24 has addresses for, where a kubelet stops at 110. */
function resources(): Readonly<Record<string, string>> {
  return {cpu: `${availableParallelism()}`, memory: `${Math.floor(totalmem() / 1024)}Ki`, pods: '250'}
}

/* The same for the same node, in every lab and after every start: podlab's machines have no hardware that could tell. */
function identity(name: string) {
  const digest = createHash('sha256').update(name).digest('hex')
  const uuid = (from: number) => digest.slice(from, from + 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
  return {machineID: digest.slice(0, 32), systemUUID: uuid(0), bootID: uuid(32)}
}
