import type {IptablesMatch, IptablesRule, IptablesTable, IptablesTarget} from '../../kernel/ruleset.ts'
import {hostCidr} from '../../net/cidr.ts'
import {familyOf, type Ip} from '../../net/ip.ts'
import type {ServicePort} from './service-port.ts'

/** A rule and where it stands; the rules of a chain stand in the order of their rows. */
export type Row = {readonly table: IptablesTable; readonly chain: string; readonly rule: IptablesRule}

/** A rule of the nat table. */
export function natRow(chain: string, rule: IptablesRule): Row {
  return {table: 'nat', chain, rule}
}

export function comment(text: string): IptablesMatch {
  return {match: 'comment', text}
}

export function ctstate(...states: string[]): IptablesMatch {
  return {match: 'ctstate', states}
}

export function jump(chain: string): IptablesTarget {
  return {target: 'jump', chain}
}

/** kube-proxy's mark for packets that are to leave with the node's address: bit 14. */
export const masqueradeMark = 0x4000

export const marked: IptablesMatch = {match: 'mark', value: masqueradeMark, mask: masqueradeMark}

/** Packets for an address and the service's port, as iptables-save orders the conditions; `first` stands before them. */
export function addressed(
  {protocol, port}: ServicePort,
  options: {readonly to: Ip; readonly comment: string; readonly first?: readonly IptablesMatch[]},
): readonly IptablesMatch[] {
  return [
    ...(options.first ?? []),
    {match: 'destination', net: hostCidr(options.to)},
    {match: 'protocol', protocol},
    comment(options.comment),
    {match: 'dport', protocol, ports: String(port)},
  ]
}

const unreachable = {IPv4: 'icmp-port-unreachable', IPv6: 'icmp6-port-unreachable'}

/** With endpoints nowhere the client learns so at once; with endpoints only on other nodes, its packets are dropped. */
export function refusal(
  {name, clusterIp}: ServicePort,
  {elsewhere}: {readonly elsewhere: boolean},
): {readonly comment: string; readonly target: IptablesTarget} {
  return {
    comment: `${name} has no ${elsewhere ? 'local ' : ''}endpoints`,
    target: elsewhere ? {target: 'DROP'} : {target: 'REJECT', with: unreachable[familyOf(clusterIp)]},
  }
}
