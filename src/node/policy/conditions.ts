import {addressOf, isHost, parseAnyCidr} from '../../net/cidr.ts'
import type {PolicyPeer, PolicyPort} from '../../objects/network-policy.ts'
import {nameOf} from './names.ts'

/** The words of one family of addresses. */
export type Family = 'ip' | 'ip6'

/** The conditions that a rule's ports mean, each in nft's words; a packet may meet any. Without ports there is no condition. */
export function portConditions(ports: readonly PolicyPort[] = [], family: Family): readonly string[] {
  if (ports.length === 0) return ['']
  const all = ports.map(({protocol = 'TCP', port, endPort}) => ({protocol: protocol.toLowerCase(), port, endPort}))
  const byProtocol = [...Map.groupBy(all, ({protocol}) => protocol)]
  return byProtocol.flatMap(([protocol, wanted]) => {
    if (wanted.some(({port}) => port === undefined)) return [`meta l4proto ${protocol}`]
    const names = new Set(wanted.flatMap(({port}) => (typeof port === 'string' ? [port] : [])))
    const spans = wanted.flatMap(({port, endPort}) =>
      typeof port === 'number' ? [{from: port, to: endPort ?? port}] : [],
    )
    return [
      ...(spans.length > 0 ? [`${protocol} dport ${printSpans(spans)}`] : []),
      ...[...names].map(name => `${family} daddr . ${protocol} dport @${nameOf.port(protocol, name)}`),
    ]
  })
}

/** The ports that are called by a name: what it means is up to the pod that is called. */
export function namesIn(
  ports: readonly PolicyPort[] = [],
): readonly {readonly protocol: string; readonly name: string}[] {
  return ports.flatMap(({protocol = 'TCP', port}) => (typeof port === 'string' ? [{protocol, name: port}] : []))
}

/** The condition of a range of addresses without its exceptions; undefined when it is of another family. */
export function blockCondition(
  {cidr, except = []}: NonNullable<PolicyPeer['ipBlock']>,
  {family, side}: {readonly family: Family; readonly side: 'saddr' | 'daddr'},
): string | undefined {
  if (familyOf(cidr) !== family) return undefined
  const within = cidr.endsWith('/0') ? [] : [`${family} ${side} ${printNetwork(cidr)}`]
  const without = [...new Set(except)].map(part => `${family} ${side} != ${printNetwork(part)}`)
  return [...within, ...without].join(' ')
}

export function familyOf(address: string): Family {
  return address.includes(':') ? 'ip6' : 'ip'
}

/** As nft prints it: the network of a single address is the address. */
function printNetwork(text: string): string {
  const cidr = parseAnyCidr(text)
  return isHost(cidr) ? addressOf(cidr) : cidr
}

type Span = {readonly from: number; readonly to: number}

/** `80`, `8000-9000`, `{ 80, 443 }`: in order, and joined as nft joins them, so that what is listed is what was planned. */
function printSpans(spans: readonly Span[]): string {
  const sorted = spans.toSorted((a, b) => a.from - b.from || a.to - b.to)
  const gap = spans.some(({from, to}) => from !== to) ? 1 : 0
  const joined: Span[] = []
  for (const span of sorted) {
    const last = joined.at(-1)
    if (last && span.from <= last.to + gap)
      joined[joined.length - 1] = {from: last.from, to: Math.max(last.to, span.to)}
    else joined.push(span)
  }
  const texts = joined.map(({from, to}) => (from === to ? `${from}` : `${from}-${to}`))
  return texts.length === 1 ? `${texts[0]}` : `{ ${texts.join(', ')} }`
}
