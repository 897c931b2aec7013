import type {NftTable} from '../../../src/kernel/nftables/table.ts'
import {contains, parseAnyCidr} from '../../../src/net/cidr.ts'
import {parseAnyIp} from '../../../src/net/ip6.ts'

/** The first packet of a connection: one that is forwarded, or one that ip_vs sends on, which is not the node's own either. */
export type Packet = {
  readonly from: string
  readonly to: string
  readonly protocol: 'tcp' | 'udp' | 'sctp' | 'icmp'
  readonly port: number
}

/** What a table does with a packet that begins a connection. It knows the words that podlab writes for policies, and throws at others. */
export function verdictOf(
  table: NftTable | undefined,
  packet: Packet,
  at: 'forward' | 'output' = 'forward',
): 'accept' | 'drop' {
  if (table === undefined) return 'accept'
  const hooks = Object.entries(table.chains)
    .flatMap(([name, {base}]) => (base?.hook === at ? [{name, base}] : []))
    .toSorted((a, b) => a.base.priority - b.base.priority)
  for (const {name} of hooks) if (walk(table, name, packet) === 'drop') return 'drop'
  return 'accept'
}

function walk(table: NftTable, name: string, packet: Packet): 'accept' | 'drop' | undefined {
  const chain = table.chains[name]
  if (chain === undefined) throw new Error(`there is no chain ${name}`)
  for (const rule of chain.rules) {
    const found = apply(table, rule, packet)
    if (found === 'next') continue
    if (found === 'accept' || found === 'drop') return found
    const deeper = walk(table, found.chain, packet)
    if (deeper !== undefined || found.how === 'goto') return deeper
  }
  return undefined
}

type Found = 'next' | 'accept' | 'drop' | {readonly how: 'jump' | 'goto'; readonly chain: string}

/* One condition after the other; where one does not hold, the rule is not for this packet. */
function apply(table: NftTable, rule: string, packet: Packet): Found {
  let rest = rule
  while (true) {
    const verdict = verdictIn(table, rest, packet)
    if (verdict !== undefined) return verdict
    const [form, holds] = conditions.find(([pattern]) => pattern.test(rest)) ?? []
    const found = form?.exec(rest)
    if (!found || !holds) throw new Error(`"${rest}" of the rule "${rule}" is not known`)
    if (!holds(found, packet, table)) return 'next'
    rest = rest.slice(found[0].length)
  }
}

function verdictIn(table: NftTable, text: string, packet: Packet): Found | undefined {
  if (text === 'accept') return 'accept'
  if (text === 'counter drop') return 'drop'
  const [, how, chain] = /^(jump|goto) (\S+)$/.exec(text) ?? []
  if (chain !== undefined) return {how: how as 'jump' | 'goto', chain}
  const [, key, map = ''] = /^ip6? (saddr|daddr) vmap @(\S+)$/.exec(text) ?? []
  if (key === undefined) return undefined
  const element = table.maps[map]?.elements[key === 'saddr' ? packet.from : packet.to]
  return element ? verdictIn(table, element.value, packet) : 'next'
}

type Holds = (found: RegExpExecArray, packet: Packet, table: NftTable) => boolean

const conditions: readonly (readonly [pattern: RegExp, holds: Holds])[] = [
  [/^ip saddr @proxies ip dscp 0x03 /, () => false], // no program has made it for another
  [/^ct state established,related /, () => false], // the packet begins a connection
  [/^ip6? saddr \. ip6? daddr @(\S+) /, ([, set], {from, to}, table) => has(table, set, `${from} . ${to}`)],
  [
    /^ip6? daddr \. (\S+) dport @(\S+) /,
    ([, protocol, set], packet, table) =>
      packet.protocol === protocol && has(table, set, `${packet.to} . ${packet.port}`),
  ],
  [/^ip6? (saddr|daddr) @(\S+) /, ([, side, set], packet, table) => has(table, set, addressAt(side, packet))],
  [/^ip6? (saddr|daddr) != (\S+) /, ([, side, net], packet) => !isIn(net, addressAt(side, packet))],
  [/^ip6? (saddr|daddr) (\S+) /, ([, side, net], packet) => isIn(net, addressAt(side, packet))],
  [/^fib saddr type local /, () => false], // a pod has sent it
  [/^icmpv6 type /, () => false], // nor does it ask for a neighbour
  [/^meta l4proto (\S+) /, ([, protocol], packet) => packet.protocol === protocol],
  [
    /^(tcp|udp|sctp) dport (\{ [^}]+ \}|\S+) /,
    ([, protocol, ports = ''], packet) =>
      packet.protocol === protocol && wordsIn(ports).some(span => isWithin(span, packet.port)),
  ],
]

function addressAt(side: string | undefined, {from, to}: Packet): string {
  return side === 'saddr' ? from : to
}

function has({sets}: NftTable, name = '', element: string): boolean {
  const set = sets[name]
  if (set === undefined) throw new Error(`there is no set ${name}`)
  return set.elements.includes(element)
}

function wordsIn(ports: string): readonly string[] {
  return ports.replaceAll(/[{} ]/g, '').split(',')
}

function isWithin(span: string, port: number): boolean {
  const [from = 0, to = from] = span.split('-').map(Number)
  return port >= from && port <= to
}

function isIn(network = '', address: string): boolean {
  if (!network.includes('/')) return network === address
  return contains(parseAnyCidr(network), parseAnyIp(address))
}
