import {addressOf} from '../net/cidr.ts'
import type {Ip} from '../net/ip.ts'
import type {Packet, Passage} from './packet.ts'
import {isLoopback, localAddresses} from './route.ts'
import {TraceError} from './trace-error.ts'
import type {Machine} from './world.ts'

/*
 * Network address translation. The first packet of a connection meets the nat chains; what they decide the kernel remembers and does to all that
 * follow, and the other way round to the answers.
 */

/** The packet with another destination: `10.32.0.3:53`, or an address alone, which leaves the port. */
export function towards(passage: Passage, to: string): Passage {
  const [, ip, port] = /^(\d+\.\d+\.\d+\.\d+)(?::(\d+))?$/.exec(to) ?? []
  if (ip === undefined) throw new TraceError(`destination "${to}": expected an address, or an address and a port`)
  const {packet} = passage
  return destined(passage, {...packet, destination: ip as Ip, port: port === undefined ? packet.port : Number(port)})
}

/** The packet for the machine itself: at the address of the link that it came in by, or at 127.0.0.1 for the machine's own. */
export function redirected(passage: Passage, machine: Machine, port: number | undefined): Passage {
  const {packet} = passage
  const destination = passage.in === undefined ? ('127.0.0.1' as Ip) : addressAt(machine, passage.in)
  return destined(passage, {...packet, destination, port: port ?? packet.port})
}

function destined(passage: Passage, packet: Packet): Passage {
  return {...passage, packet, rewritten: {...passage.rewritten, destination: true}}
}

/** The packet with the machine's own address as its source: that of the link it leaves by. */
export function masqueraded(passage: Passage, machine: Machine): Passage {
  if (passage.out === undefined) throw new TraceError('a packet is masqueraded that leaves by no link')
  return from(passage, addressAt(machine, passage.out))
}

/** The packet with another source. */
export function from(passage: Passage, source: Ip): Passage {
  return {...passage, packet: {...passage.packet, source}, rewritten: {...passage.rewritten, source: true}}
}

/** The first address of a link; of loopback, whose own is for the machine alone, the first one of the machine. */
function addressAt(machine: Machine, link: string): Ip {
  const found = machine.state.addresses.find(one => one.link === link && !isLoopback(addressOf(one.address)))
  const ip = found ? addressOf(found.address) : localAddresses(machine).find(one => !isLoopback(one))
  if (ip === undefined) throw new TraceError(`${machine.name} has no address to give to a packet at ${link}`)
  return ip
}
