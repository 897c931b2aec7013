import {addressOf} from '../net/cidr.ts'
import {familyOf, type Ip, type IpFamily} from '../net/ip.ts'
import {parseAnyIp} from '../net/ip6.ts'
import type {Packet, Passage} from './packet.ts'
import {isLoopback, localAddresses, loopbackAddresses} from './route.ts'
import {TraceError} from './trace-error.ts'
import type {Machine} from './world.ts'

/*
 * Network address translation. The first packet of a connection meets the nat chains; what they decide the kernel remembers and does to all that
 * follow, and the other way round to the answers.
 */

/** The packet with another destination: `10.32.0.3:53`, `[fd00::2]:53`, or an address alone, which leaves the port. */
export function towards(passage: Passage, to: string): Passage {
  const {packet} = passage
  const {ip: destination, port = packet.port} = placeIn(to)
  refuseOther(passage, destination)
  return destined(passage, {...packet, destination, port})
}

/** An address, and the port behind it where there is one. */
export function placeIn(text: string): {readonly ip: Ip; readonly port?: number} {
  const [, six, four, port, alone] = placePattern.exec(text) ?? []
  try {
    return {ip: parseAnyIp(six ?? four ?? alone ?? ''), ...(port !== undefined && {port: Number(port)})}
  } catch (cause) {
    throw new TraceError(`destination "${text}": expected an address, or an address and a port`, {cause})
  }
}

const placePattern = /^(?:(?:\[([\da-f:.]+)\]|([\d.]+))(?::(\d+))?|([\da-f]*:[\da-f:.]+))$/

/* No packet becomes one of the other family. */
function refuseOther({packet}: Passage, ip: Ip): void {
  if (familyOf(ip) !== familyOf(packet.destination))
    throw new TraceError(`a packet for ${packet.destination} cannot be given ${ip}, an address of another family`)
}

/** The packet for the machine itself: at the address of the link that it came in by, or at 127.0.0.1 or ::1 for the machine's own. */
export function redirected(passage: Passage, machine: Machine, port: number | undefined): Passage {
  const {packet} = passage
  const family = familyOf(packet.destination)
  const destination = passage.in === undefined ? loopbackAddresses[family] : addressAt(machine, passage.in, family)
  return destined(passage, {...packet, destination, port: port ?? packet.port})
}

function destined(passage: Passage, packet: Packet): Passage {
  return {...passage, packet, rewritten: {...passage.rewritten, destination: true}}
}

/** The packet with the machine's own address as its source: that of the link it leaves by. */
export function masqueraded(passage: Passage, machine: Machine): Passage {
  if (passage.out === undefined) throw new TraceError('a packet is masqueraded that leaves by no link')
  return from(passage, addressAt(machine, passage.out, familyOf(passage.packet.destination)))
}

/** The packet with another source. */
export function from(passage: Passage, source: Ip): Passage {
  refuseOther(passage, source)
  return {...passage, packet: {...passage.packet, source}, rewritten: {...passage.rewritten, source: true}}
}

/** The first address of a link in a family; of loopback, whose own is for the machine alone, the first one of the machine. */
function addressAt(machine: Machine, link: string, family: IpFamily): Ip {
  const found = machine.state.addresses.find(
    one => one.link === link && familyOf(one.address) === family && !isLoopback(addressOf(one.address)),
  )
  const ip = found ? addressOf(found.address) : localAddresses(machine, family).find(one => !isLoopback(one))
  if (ip === undefined)
    throw new TraceError(`${machine.name} has no address of ${family} to give to a packet at ${link}`)
  return ip
}
