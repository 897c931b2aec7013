import {type Cidr, nth} from '../net/cidr.ts'
import {type Ip, parseIp} from '../net/ip.ts'
import type {Lease} from './overlay/overlay-backend.ts'
import type {ProxyNode} from './proxy/proxy-mode.ts'

/** A node as kube-proxy sees it. */
export function proxyNodeOf({
  self,
  zone,
  serviceRange,
  serviceRange6,
}: {
  readonly self: Lease
  readonly zone: string | undefined
  readonly serviceRange: Cidr
  /** In a dual-stack cluster. */
  readonly serviceRange6: Cidr | undefined
}): ProxyNode {
  const six = self.ipv6 &&
    serviceRange6 && {
      nodeIp: self.ipv6.publicIp,
      addresses: [self.ipv6.publicIp, nth(self.ipv6.subnet, 1)],
      serviceRange: serviceRange6,
    }
  return {
    ...{nodeName: self.node, nodeIp: self.publicIp, serviceRange},
    addresses: [self.publicIp, nth(self.subnet, 1), parseIp('127.0.0.1')],
    ...(zone !== undefined && {zone}),
    ...(six && {ipv6: six}),
  }
}

/** From which addresses a node speaks to pods: on the underlay, as the end of its overlay, and on its bridge. */
export function nodeAddresses({publicIp, subnet}: Lease): readonly Ip[] {
  return [publicIp, nth(subnet, 0), nth(subnet, 1)]
}
