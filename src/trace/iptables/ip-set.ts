import type {IptablesMatch} from '../../kernel/ruleset.ts'
import {contains, hostCidr, parseAnyCidr} from '../../net/cidr.ts'
import {parseAnyIp} from '../../net/ip6.ts'
import type {Packet} from '../packet.ts'
import {TraceError} from '../trace-error.ts'
import type {Machine} from '../world.ts'

type SetMatch = Extract<IptablesMatch, {match: 'set'}>

/** Whether the packet's ends, in the directions that the rule names, stand in the set. */
export function isInSet({set: name, directions}: SetMatch, packet: Packet, machine: Machine): boolean {
  const set = machine.sets?.[name]
  if (set === undefined) throw new TraceError(`${machine.name}: there is no set ${name}`)
  const parts = set.type.slice(set.type.indexOf(':') + 1).split(',')
  return set.entries.some(entry => {
    const words = entry.split(',')
    return parts.every((part, index) =>
      fits(part, words[index] ?? '', {direction: directions[index], packet, set: set.type}),
    )
  })
}

function fits(
  part: string,
  word: string,
  {
    direction,
    packet,
    set,
  }: {readonly direction: 'src' | 'dst' | undefined; readonly packet: Packet; readonly set: string},
): boolean {
  const [ip, port] = direction === 'src' ? [packet.source, packet.sourcePort] : [packet.destination, packet.port]
  switch (part) {
    case 'ip':
      return word === ip
    case 'net':
      return contains(word.includes('/') ? parseAnyCidr(word) : hostCidr(parseAnyIp(word)), ip)
    case 'port':
      return set.startsWith('bitmap:') ? word === String(port) : word === `${packet.protocol}:${port}`
    default:
      throw new TraceError(`a set of type ${set} is not understood`)
  }
}
