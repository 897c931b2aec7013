import {addressOf, parseNetwork} from '../../net/cidr.ts'
import {parseIp} from '../../net/ip.ts'
import {macOf, parseMac} from '../../net/mac.ts'
import type {Node} from '../../objects/node.ts'
import {PlanError} from '../plan-error.ts'
import {overlayNamed} from './index.ts'
import type {Lease} from './overlay-backend.ts'

/** Where flannel in Kubernetes mode keeps a node's lease: in annotations of the Node. */
export const leaseAnnotations = {
  publicIp: 'flannel.alpha.coreos.com/public-ip',
  backendType: 'flannel.alpha.coreos.com/backend-type',
  backendData: 'flannel.alpha.coreos.com/backend-data',
  subnetManager: 'flannel.alpha.coreos.com/kube-subnet-manager',
} as const

/** The annotations that publish a lease, and by which backend its node carries packets. */
export function annotationsOf(lease: Lease, backendType: string): Readonly<Record<string, string>> {
  return {
    [leaseAnnotations.publicIp]: lease.publicIp,
    [leaseAnnotations.backendType]: backendType,
    [leaseAnnotations.backendData]: JSON.stringify(overlayNamed(backendType).leaseData(lease)),
    [leaseAnnotations.subnetManager]: 'true',
  }
}

/** What a node reads from the cluster's nodes: its own lease and backend, and the leases of its peers. */
export type NodeLeases = {readonly self: Lease; readonly backendType: string; readonly peers: readonly Lease[]}

/**
 * The leases of a cluster as the node `self` sees them. Nodes without a lease are nobody's peers, and neither are those that
 * carry packets another way: flannel passes over a lease whose backend is not its own.
 */
export function leasesOfNodes(nodes: readonly Node[], self: string): NodeLeases {
  const published = nodes.flatMap(node => leaseOf(node) ?? [])
  const own = published.find(({lease}) => lease.node === self)
  if (!own) throw new PlanError(`node ${self} has no lease: no podCIDR, or no annotation ${leaseAnnotations.publicIp}`)
  const peers = published.filter(other => other !== own && other.backendType === own.backendType)
  return {self: own.lease, backendType: own.backendType, peers: peers.map(({lease}) => lease)}
}

/** The node with the annotations that publish its lease under another backend; undefined for one without a lease. */
export function withBackend(node: Node, backendType: string): Node | undefined {
  const published = leaseOf(node)
  if (published === undefined) return undefined
  const annotations = {...node.metadata.annotations, ...annotationsOf(published.lease, backendType)}
  return {...node, metadata: {...node.metadata, annotations}}
}

function leaseOf({metadata, spec}: Node): {readonly lease: Lease; readonly backendType: string} | undefined {
  const {
    [leaseAnnotations.publicIp]: publicIp,
    [leaseAnnotations.backendType]: backendType = 'vxlan',
    [leaseAnnotations.backendData]: data = 'null',
  } = metadata.annotations ?? {}
  if (spec.podCIDR === undefined || publicIp === undefined) return undefined
  const subnet = parseNetwork(spec.podCIDR)
  const mac = (JSON.parse(data) as {VtepMAC?: string} | null)?.VtepMAC
  const vtepMac = mac === undefined ? macOf(addressOf(subnet)) : parseMac(mac)
  return {lease: {node: metadata.name, publicIp: parseIp(publicIp), subnet, vtepMac}, backendType}
}
