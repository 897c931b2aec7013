import type {Dns, Packet} from '../../../net/packet.ts'

/** A DNS message in a UDP packet, as it passed some place. */
export type Sighting = {
  /** Milliseconds since 1970, with fractions. */
  readonly at: number
  /** Where: the name of a pod. */
  readonly place: string
  readonly direction: 'in' | 'out'
  readonly from: Door
  readonly to: Door
  readonly message: Dns
}

export type Door = {readonly ip: string; readonly port: number}

/** The DNS message of a packet, if there is one in it. */
export function sightingOf(
  packet: Packet,
  {at, place, direction}: Pick<Sighting, 'at' | 'place' | 'direction'>,
): Sighting | undefined {
  const address = packet.find(({layer}) => layer === 'ipv4' || layer === 'ipv6')
  const udp = packet.find(({layer}) => layer === 'udp')
  const message = packet.find(({layer}) => layer === 'dns')
  if (message?.layer !== 'dns' || udp?.layer !== 'udp') return undefined
  if (address?.layer !== 'ipv4' && address?.layer !== 'ipv6') return undefined
  const from = {ip: `${address.source}`, port: udp.sourcePort}
  const to = {ip: `${address.destination}`, port: udp.destinationPort}
  return {at, place, direction, from, to, message}
}
