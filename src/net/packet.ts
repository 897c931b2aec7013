import type {Ip} from './ip.ts'
import type {Mac} from './mac.ts'

/**
 * A packet, taken apart: its headers from the outermost inwards. A tunnel's packet lies inside: after `vxlan` comes the inner
 * Ethernet header. What cannot be told for sure is `data`.
 */
export type Packet = readonly Layer[]

export type Layer = Ethernet | Arp | Ipv4 | Ipv6 | Icmp | Tcp | Udp | Vxlan | FlannelUdp | Dns | Data

export type Ethernet = {
  readonly layer: 'ethernet'
  readonly source: Mac
  readonly destination: Mac
  /** What comes next: 0x0800 IPv4, 0x0806 ARP, 0x86dd IPv6. */
  readonly type: number
}

export type Arp = {
  readonly layer: 'arp'
  readonly operation: 'request' | 'reply'
  readonly senderMac: Mac
  readonly sender: Ip
  readonly target: Ip
}

export type Ipv4 = {
  readonly layer: 'ipv4'
  readonly source: Ip
  readonly destination: Ip
  readonly ttl: number
  readonly protocol: number
  /** Of the packet with its header, in bytes. */
  readonly length: number
  readonly dontFragment: boolean
  /** A piece of a larger packet: where it begins in there, in bytes, and whether it is the last. */
  readonly fragment?: {readonly offset: number; readonly last: boolean}
}

export type Ipv6 = {
  readonly layer: 'ipv6'
  readonly source: string
  readonly destination: string
  readonly hopLimit: number
  readonly next: number
}

export type Icmp = {
  readonly layer: 'icmp'
  readonly type: number
  readonly code: number
  /** Of an echo. */
  readonly id?: number
  readonly sequence?: number
  /** Of "fragmentation needed": the largest packet that goes through. */
  readonly mtu?: number
  /** Of an error: the packet that it is about, as much as it quotes. */
  readonly about?: Packet
}

export type Tcp = {
  readonly layer: 'tcp'
  readonly sourcePort: number
  readonly destinationPort: number
  readonly sequence: number
  readonly acknowledgement: number
  readonly flags: readonly TcpFlag[]
  readonly window: number
  /** Bytes of data that it carries. */
  readonly carries: number
}

export const tcpFlags = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG', 'ECE', 'CWR'] as const
export type TcpFlag = (typeof tcpFlags)[number]

export type Udp = {
  readonly layer: 'udp'
  readonly sourcePort: number
  readonly destinationPort: number
  readonly carries: number
}

export type Vxlan = {readonly layer: 'vxlan'; readonly vni: number}

/** flannel's udp overlay: the inner IP packet follows as it is. */
export type FlannelUdp = {readonly layer: 'flannel-udp'}

export type Dns = {
  readonly layer: 'dns'
  readonly id: number
  readonly question?: {readonly name: string; readonly type: string}
  /** Only of a response: `NOERROR`, `NXDOMAIN`, ...; what it answers, addresses and names as text. */
  readonly response?: {readonly code: string; readonly answers: readonly string[]}
}

/** Bytes that are taken no further apart: what a program sends, or `cut` off or broken. */
export type Data = {
  readonly layer: 'data'
  readonly bytes: Uint8Array
  /** Why it is taken no further apart, where that is worth a word. */
  readonly because?: string
}
