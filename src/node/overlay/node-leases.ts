import {addressOf, parseNetwork} from '../../net/cidr.ts'
import {parseIp} from '../../net/ip.ts'
import {macOf, parseMac} from '../../net/mac.ts'
import type {Node} from '../../objects/node.ts'
import {PlanError} from '../plan-error.ts'
import type {Lease} from './overlay-backend.ts'

/** Where flannel in Kubernetes mode keeps a node's lease: in annotations of the Node. */
export const leaseAnnotations = {
  publicIp: 'flannel.alpha.coreos.com/public-ip',
  backendType: 'flannel.alpha.coreos.com/backend-type',
  backendData: 'flannel.alpha.coreos.com/backend-data',
  subnetManager: 'flannel.alpha.coreos.com/kube-subnet-manager',
} as const

/** The annotations that publish a lease. */
export function annotationsOf({publicIp, vtepMac}: Lease, backendType: string): Readonly<Record<string, string>> {
  return {
    [leaseAnnotations.publicIp]: publicIp,
    [leaseAnnotations.backendType]: backendType,
    [leaseAnnotations.backendData]: JSON.stringify({VNI: 1, VtepMAC: vtepMac}),
    [leaseAnnotations.subnetManager]: 'true',
  }
}

/** The leases of a cluster, read from its nodes, as the node `self` sees them. Nodes without a lease are nobody's peers. */
export function leasesOfNodes(
  nodes: readonly Node[],
  self: string,
): {readonly self: Lease; readonly peers: readonly Lease[]} {
  const leases = nodes.flatMap(node => leaseOf(node) ?? [])
  const own = leases.find(({node}) => node === self)
  if (!own) throw new PlanError(`node ${self} has no lease: no podCIDR, or no annotation ${leaseAnnotations.publicIp}`)
  return {self: own, peers: leases.filter(({node}) => node !== self)}
}

function leaseOf({metadata, spec}: Node): Lease | undefined {
  const publicIp = metadata.annotations?.[leaseAnnotations.publicIp]
  if (spec.podCIDR === undefined || publicIp === undefined) return undefined
  const subnet = parseNetwork(spec.podCIDR)
  const data = JSON.parse(metadata.annotations?.[leaseAnnotations.backendData] ?? '{}') as {VtepMAC?: string}
  const vtepMac = data.VtepMAC === undefined ? macOf(addressOf(subnet)) : parseMac(data.VtepMAC)
  return {node: metadata.name, publicIp: parseIp(publicIp), subnet, vtepMac}
}
