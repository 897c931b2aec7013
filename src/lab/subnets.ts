import {type Cidr, cidrOf, nth, overlaps, prefixLength, sizeOf} from '../net/cidr.ts'

/**
 * The first subnet of the pod network that is free, chosen as flannel chooses: a /24, or a quarter of a network that is
 * smaller than a /22, and never the network's first. Undefined when all are taken.
 */
export function freeSubnet(podNetwork: Cidr, taken: readonly Cidr[]): Cidr | undefined {
  const length = prefixLength(podNetwork) <= 22 ? 24 : Math.min(prefixLength(podNetwork) + 2, 32)
  const size = 2 ** (32 - length)
  for (let start = size; start + size <= sizeOf(podNetwork); start += size) {
    const subnet = cidrOf(nth(podNetwork, start), length)
    if (!taken.some(other => overlaps(other, subnet))) return subnet
  }
  return undefined
}
