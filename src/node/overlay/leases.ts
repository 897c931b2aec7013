import {addressOf, type Cidr, cidrOf, contains, networkOf, nth, overlaps, prefixLength, sizeOf} from '../../net/cidr.ts'
import type {Ip} from '../../net/ip.ts'
import {type Mac, macOf, parseMac} from '../../net/mac.ts'
import {PlanError} from '../plan-error.ts'
import type {Lease} from './overlay-backend.ts'

/** A node that wants a lease; with a `subnet` it wants that one. */
export type Applicant = {
  readonly node: string
  readonly publicIp: Ip
  readonly subnet?: Cidr
  /** In a dual-stack cluster the same in IPv6, decided on already. */
  readonly ipv6?: {readonly publicIp: Ip; readonly subnet: Cidr}
}

/**
 * A lease for each node: the subnet it wants, or the next free one, in the order of the nodes. As flannel does, the network's
 * first subnet is left out, and a VTEP has a MAC address of its own; here it follows from the subnet, so that it is the same at
 * every start. Throws PlanError when the network has no room, or a wanted subnet does not fit.
 */
export function leasesOf(network: Cidr, applicants: readonly Applicant[]): readonly Lease[] {
  const length = subnetLength(network)
  const fixed = applicants.flatMap(({subnet}) => (subnet === undefined ? [] : [subnet]))
  for (const applicant of applicants) refuseMisfit(network, applicant, applicants)
  const free = freeSubnets(network, {length, taken: fixed})
  return applicants.map(({node, publicIp, ipv6, subnet = free.next().value}) => {
    if (subnet === undefined)
      throw new PlanError(
        `the pod network ${network} has ${sizeOf(network) / 2 ** (32 - length) - 1} subnets of length /${length} to give, too few for ${applicants.length} nodes; node ${node} gets none`,
      )
    const vtepMac = macOf(addressOf(subnet))
    return {node, publicIp, subnet, vtepMac, ...(ipv6 && {ipv6: {...ipv6, vtepMac: secondMac(vtepMac)}})}
  })
}

/** The MAC address of the node's second VTEP, that for IPv6: 06:42 where the first has 02:42. */
export function secondMac(mac: Mac): Mac {
  return parseMac(mac.replace(/^02/, '06'))
}

/** flannel's SubnetLen: 24, or a quarter of a network that is too small to hold several of those. */
function subnetLength(network: Cidr): number {
  const length = prefixLength(network) > 22 ? prefixLength(network) + 2 : 24
  if (length > 30)
    throw new PlanError(`the pod network ${network} is too small: its quarters would have no room for pods`)
  return length
}

function refuseMisfit(network: Cidr, {node, subnet}: Applicant, applicants: readonly Applicant[]): void {
  if (subnet === undefined) return
  if (networkOf(subnet) !== subnet || prefixLength(subnet) > 30)
    throw new PlanError(`node ${node} cannot have the subnet ${subnet}: expected a network of length /30 or shorter`)
  if (!contains(network, addressOf(subnet)) || prefixLength(subnet) <= prefixLength(network))
    throw new PlanError(`node ${node} cannot have the subnet ${subnet}: it is no part of the pod network ${network}`)
  const other = applicants.find(one => one.node !== node && one.subnet !== undefined && overlaps(one.subnet, subnet))
  if (other !== undefined)
    throw new PlanError(`the subnets of ${node} and ${other.node} overlap: ${subnet} and ${other.subnet}`)
}

function* freeSubnets(
  network: Cidr,
  {length, taken}: {readonly length: number; readonly taken: readonly Cidr[]},
): Generator<Cidr, undefined> {
  const size = 2 ** (32 - length)
  for (let index = size; index < sizeOf(network); index += size) {
    const subnet = cidrOf(nth(network, index), length)
    if (!taken.some(other => overlaps(other, subnet))) yield subnet
  }
  return undefined
}
