import {release} from 'node:os'
import type {Lab, NodeConfig} from '../../lab/lab.ts'
import {leasesOf} from '../../node/overlay/leases.ts'
import {annotationsOf} from '../../node/overlay/node-leases.ts'
import type {Node} from '../../objects/node.ts'

/** The version of Kubernetes that podlab's nodes report. */
const kubeletVersion = 'v1.32.0'

/** A lab's nodes as the API has them, with their flannel leases; ready, since podlab made them. */
export function nodeObjects({nodes, cluster}: Lab, now: string): readonly Node[] {
  const applicants = nodes.map(({name, address, podSubnet}) => ({node: name, publicIp: address, subnet: podSubnet}))
  const leases = leasesOf(cluster.podNetwork, applicants)
  return leases.map((lease, index) =>
    nodeObject(nodes[index] as NodeConfig, annotationsOf(lease, cluster.overlay), now),
  )
}

function nodeObject(
  {name, address, podSubnet}: NodeConfig,
  annotations: Readonly<Record<string, string>>,
  now: string,
): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {name, labels: {'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux'}, annotations},
    spec: {podCIDR: podSubnet, podCIDRs: [podSubnet]},
    status: {
      addresses: [
        {type: 'InternalIP', address},
        {type: 'Hostname', address: name},
      ],
      conditions: [{type: 'Ready', status: 'True', reason: 'KubeletReady', lastTransitionTime: now}],
      nodeInfo: {
        kubeletVersion,
        osImage: 'podlab',
        kernelVersion: release(),
        containerRuntimeVersion: 'podlab://0.1',
        operatingSystem: 'linux',
      },
    },
  }
}
