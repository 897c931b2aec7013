import {type Cidr, cidrOf, nth, overlaps, prefixLength, sizeOf} from '../net/cidr.ts'
import {familyOf} from '../net/ip.ts'

/**
 * The subnets of the pod network that are free, in the order in which flannel gives them: a /24 each, or a quarter of a network that is
 * smaller than a /22, and never the network's first. Of IPv6 it is a /64 each.
 */
export function* freeSubnets(podNetwork: Cidr, taken: readonly Cidr[]): Generator<Cidr, undefined> {
  const length = subnetLength(podNetwork)
  const size = sizeOf(podNetwork) / 2 ** (length - prefixLength(podNetwork))
  for (let start = size; start + size <= sizeOf(podNetwork); start += size) {
    const subnet = cidrOf(nth(podNetwork, start), length)
    if (!taken.some(other => overlaps(other, subnet))) yield subnet
  }
  return undefined
}

function subnetLength(podNetwork: Cidr): number {
  if (familyOf(podNetwork) === 'IPv6') return 64
  return prefixLength(podNetwork) <= 22 ? 24 : Math.min(prefixLength(podNetwork) + 2, 32)
}
