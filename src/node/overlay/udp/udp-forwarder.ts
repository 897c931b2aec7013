import type {Cidr} from '../../../net/cidr.ts'
import type {Ip} from '../../../net/ip.ts'
import type {Mac} from '../../../net/mac.ts'

/** What flannel's daemon does on a node under the udp backend. */
export type UdpForwarder = {
  readonly program: 'flannel-udp'
  /** The TUN device, or what stands in for it. */
  readonly device: string
  /** The device's address, from which the daemon itself speaks. */
  readonly address: Ip
  /** The largest packet, in bytes. */
  readonly mtu: number
  /** Where the other nodes' daemons send to. */
  readonly listen: {readonly ip: Ip; readonly port: number}
  /** The device is one end of a veth pair, with this MAC; this is the other end. */
  readonly standIn?: {readonly netns: string; readonly name: string; readonly mac: Mac}
  readonly routes: readonly UdpRoute[]
}

/** A pod subnet, and the node that has it. */
export type UdpRoute = {readonly subnet: Cidr; readonly publicIp: Ip}
