import {addressOf, parseNetwork, parseNetwork6} from '../../net/cidr.ts'
import {familyOf, parseIp} from '../../net/ip.ts'
import {parseIp6} from '../../net/ip6.ts'
import {type Mac, macOf, parseMac} from '../../net/mac.ts'
import type {Node} from '../../objects/node.ts'
import {PlanError} from '../plan-error.ts'
import {overlayNamed} from './index.ts'
import {secondMac} from './leases.ts'
import type {FamilyLease, Lease} from './overlay-backend.ts'

/** Where flannel in Kubernetes mode keeps a node's lease: in annotations of the Node. */
export const leaseAnnotations = {
  publicIp: 'flannel.alpha.coreos.com/public-ip',
  backendType: 'flannel.alpha.coreos.com/backend-type',
  backendData: 'flannel.alpha.coreos.com/backend-data',
  publicIpv6: 'flannel.alpha.coreos.com/public-ipv6',
  backendV6Data: 'flannel.alpha.coreos.com/backend-v6-data',
  subnetManager: 'flannel.alpha.coreos.com/kube-subnet-manager',
} as const

/** The annotations that publish a lease, and by which backend its node carries packets. */
export function annotationsOf(lease: Lease, backendType: string): Readonly<Record<string, string>> {
  const {leaseData} = overlayNamed(backendType)
  return {
    [leaseAnnotations.publicIp]: lease.publicIp,
    [leaseAnnotations.backendType]: backendType,
    [leaseAnnotations.backendData]: JSON.stringify(leaseData(lease)),
    ...(lease.ipv6 && {
      [leaseAnnotations.publicIpv6]: lease.ipv6.publicIp,
      [leaseAnnotations.backendV6Data]: JSON.stringify(leaseData(lease.ipv6)),
    }),
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
  const vtepMac = macIn(data) ?? macOf(addressOf(subnet))
  const four = {publicIp: parseIp(publicIp), subnet, vtepMac}
  const six = leaseOf6({metadata, spec}, secondMac(vtepMac))
  return {lease: {node: metadata.name, ...four, ...(six && {ipv6: six})}, backendType}
}

/* A node has IPv6 when it says both where it is and what its pods have. */
function leaseOf6({metadata, spec}: Pick<Node, 'metadata' | 'spec'>, usualMac: Mac): FamilyLease | undefined {
  const {[leaseAnnotations.publicIpv6]: publicIp, [leaseAnnotations.backendV6Data]: data = 'null'} =
    metadata.annotations ?? {}
  const subnet = spec.podCIDRs?.find(cidr => familyOf(cidr) === 'IPv6')
  if (subnet === undefined || publicIp === undefined) return undefined
  return {publicIp: parseIp6(publicIp), subnet: parseNetwork6(subnet), vtepMac: macIn(data) ?? usualMac}
}

function macIn(data: string): Mac | undefined {
  const mac = (JSON.parse(data) as {VtepMAC?: string} | null)?.VtepMAC
  return mac === undefined ? undefined : parseMac(mac)
}
