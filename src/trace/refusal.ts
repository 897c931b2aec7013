import {familyOf} from '../net/ip.ts'
import type {Packet} from './packet.ts'

/** How a port is refused, in the words of iptables: each family has an ICMP of its own. */
export function portUnreachable({destination}: Pick<Packet, 'destination'>): {readonly reject: string} {
  return {reject: words[familyOf(destination)]}
}

const words = {IPv4: 'icmp-port-unreachable', IPv6: 'icmp6-port-unreachable'} as const
