import type {NftTable} from '../../kernel/nftables/table.ts'
import {contains, parseAnyCidr} from '../../net/cidr.ts'
import {familyOf, type IpFamily} from '../../net/ip.ts'
import type {Passage} from '../packet.ts'
import {isLocal} from '../route.ts'
import {TraceError} from '../trace-error.ts'
import type {Machine} from '../world.ts'
import type {Key, Statement} from './statement.ts'

/**
 * Whether a condition holds. Several keys are looked for together, as one element: `10.96.0.10 . tcp . 53`. One that speaks of a header that the
 * packet has not (`ip6 saddr`, `udp dport`) does not hold, negated or not.
 */
export function isMatch(
  {keys, mask, not, in: wanted}: Extract<Statement, {is: 'match'}>,
  passage: Passage,
  {table, machine}: {readonly table: NftTable; readonly machine: Machine},
): boolean {
  const [key] = keys
  if (key === undefined) throw new TraceError('a condition looks at nothing')
  const element = elementOf(keys, passage, machine)
  if (element === undefined) return false
  if ('set' in wanted) return not !== isInSet(wanted.set, element, {passage, table, machine})
  const seen = keys.length > 1 ? [element] : (valuesOf(key, passage, machine) ?? [])
  const masked = mask === undefined ? seen : seen.map(value => String(Number(value) & mask))
  return not !== wanted.values.some(value => masked.some(one => fits(value, one)))
}

/** What the packet has there, as elements of sets and maps are written; undefined when it has no such header. */
export function elementOf(keys: readonly Key[], passage: Passage, machine: Machine): string | undefined {
  const parts = keys.map(key => valuesOf(key, passage, machine)?.join(','))
  return parts.includes(undefined) ? undefined : parts.join(' . ')
}

function valuesOf(
  key: Key,
  {packet, mark, in: from, out, rewritten}: Passage,
  machine: Machine,
): readonly string[] | undefined {
  const inFamily = (family: IpFamily, ip: string) => (familyOf(packet.destination) === family ? [ip] : undefined)
  switch (key) {
    case 'ip saddr':
      return inFamily('IPv4', packet.source)
    case 'ip daddr':
      return inFamily('IPv4', packet.destination)
    case 'ip6 saddr':
      return inFamily('IPv6', packet.source)
    case 'ip6 daddr':
      return inFamily('IPv6', packet.destination)
    case 'meta l4proto':
      return [packet.protocol]
    case 'th dport':
      return [String(packet.port)]
    case 'th sport':
      return [String(packet.sourcePort)]
    case 'tcp dport':
    case 'udp dport':
    case 'sctp dport':
      return key.startsWith(packet.protocol) ? [String(packet.port)] : undefined
    case 'ct state':
      return ['new']
    case 'ct status':
      return [...(rewritten.destination ? ['dnat'] : []), ...(rewritten.source ? ['snat'] : [])]
    case 'meta mark':
      return [String(mark)]
    case 'iifname':
      return from === undefined ? [] : [from]
    case 'oifname':
      return out === undefined ? [] : [out]
    case 'fib saddr type':
      return [isLocal(machine, packet.source) ? 'local' : 'unicast']
    case 'fib daddr type':
      return [isLocal(machine, packet.destination) ? 'local' : 'unicast']
  }
}

/** `10.0.20.4`, `172.17.0.0/16`, `fd00:172:17::/48`, `"docker0"`, `80`, `0x00004000`, `30000-32767`. */
function fits(value: string, seen: string): boolean {
  if (/^[\da-f.:]+\/\d+$/.test(value)) return contains(parseAnyCidr(value), seen as never)
  const [, first, last] = /^(\d+)-(\d+)$/.exec(value) ?? []
  if (first !== undefined) return Number(seen) >= Number(first) && Number(seen) <= Number(last)
  if (value.startsWith('0x')) return Number(value) === Number(seen)
  return value.replaceAll('"', '') === seen
}

function isInSet(
  name: string,
  element: string,
  {passage, table, machine}: {readonly passage: Passage; readonly table: NftTable; readonly machine: Machine},
): boolean {
  const set = table.sets[name]
  if (set === undefined) throw new TraceError(`${machine.name}: there is no set ${name}`)
  if (set.flags?.includes('dynamic'))
    return passage.notes.some(note => note.machine === machine.name && note.list === name && note.ip === element)
  return set.elements.some(one => one === element || (set.flags?.includes('interval') === true && fits(one, element)))
}
