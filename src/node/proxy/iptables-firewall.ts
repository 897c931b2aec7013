import {contains, hostCidr} from '../../net/cidr.ts'
import {serviceChain} from './names.ts'
import type {ProxyContext} from './proxy-mode.ts'
import {addressed, comment, jump, natRow, type Row} from './rule.ts'
import {hasFirewall, type ServicePort} from './service-port.ts'

/**
 * The chain KUBE-FW-... lets the sources of `loadBalancerSourceRanges` go on. For all others it ends without having rewritten the packet, which
 * therefore still has the load balancer's address when it comes to the filter table, and is dropped there. A node that is in a range itself
 * calls with the load balancer's address as its own when it is behind one. A Service that nobody serves refuses all alike.
 */
export function firewallRows(
  port: ServicePort,
  {isServed, context}: {readonly isServed: boolean; readonly context: ProxyContext},
): Row[] {
  if (!isServed || !hasFirewall(port)) return []
  const {name, loadBalancerIps = [], sourceRanges = []} = port
  const chain = serviceChain('FW', port)
  const {nodeIp} = context
  const isInside = nodeIp !== undefined && sourceRanges.some(range => contains(range, nodeIp))
  const sources = [...sourceRanges, ...(isInside ? loadBalancerIps.map(ip => hostCidr(ip)) : [])]
  const allowed = sources.map(net =>
    natRow(chain, {
      matches: [{match: 'source', net}, comment(`${name} loadbalancer IP`)],
      target: jump(serviceChain('EXT', port)),
    }),
  )
  const rest = natRow(chain, {matches: [comment(`other traffic to ${name} will be dropped by KUBE-PROXY-FIREWALL`)]})
  const dropped = loadBalancerIps.map((to): Row => {
    const matches = addressed(port, {to, comment: `${name} traffic not accepted by ${chain}`})
    return {table: 'filter', chain: 'KUBE-PROXY-FIREWALL', rule: {matches, target: {target: 'DROP'}}}
  })
  return [...allowed, rest, ...dropped]
}
