import type {IpFamily} from '../../net/ip.ts'
import {TraceError} from '../trace-error.ts'

/*
 * The part of nftables' language that podlab writes:
 *
 *   rule       statement* [ comment "TEXT" ]
 *   statement  KEYS [!=] VALUE | KEYS [!=] @SET | KEYS [!=] { VALUE, ... } | KEYS & NUMBER == NUMBER
 *            | KEYS vmap @MAP | KEYS vmap { VALUE : VERDICT, ... } | numgen random mod N vmap { I : VERDICT, ... }
 *            | VERDICT | meta mark set meta mark (| ^) NUMBER | update @SET { KEYS } | dnat to PLACE | masquerade [fully-random] | counter
 *   KEYS       KEY [ . KEY ]*
 *   VERDICT    accept | drop | return | reject [with (icmp | icmpv6 | icmpx) port-unreachable] | jump CHAIN | goto CHAIN
 */

/** What of a packet is looked at. */
export type Key =
  | 'ip saddr'
  | 'ip daddr'
  | 'ip6 saddr'
  | 'ip6 daddr'
  | 'meta l4proto'
  | 'th dport'
  | 'th sport'
  | 'tcp dport'
  | 'udp dport'
  | 'sctp dport'
  | 'ct state'
  | 'ct status'
  | 'meta mark'
  | 'iifname'
  | 'oifname'
  | 'fib saddr type'
  | 'fib daddr type'

export type NftVerdict =
  | {readonly verdict: 'accept' | 'drop' | 'return'}
  /** With the ICMP of a family it is for packets of that family. */
  | {readonly verdict: 'reject'; readonly family?: IpFamily}
  | {readonly verdict: 'jump' | 'goto'; readonly chain: string}

export type Values = {readonly set: string} | {readonly values: readonly string[]}

export type Statement =
  | {
      readonly is: 'match'
      readonly keys: readonly Key[]
      readonly mask?: number
      readonly not: boolean
      readonly in: Values
    }
  | {
      readonly is: 'vmap'
      readonly keys: readonly Key[]
      readonly in: {readonly map: string} | {readonly values: VerdictMap}
    }
  | {readonly is: 'lots'; readonly verdicts: readonly NftVerdict[]}
  | {readonly is: 'verdict'; readonly verdict: NftVerdict}
  | {readonly is: 'mark'; readonly by: '|' | '^'; readonly value: number}
  | {readonly is: 'update'; readonly set: string; readonly key: Key}
  | {readonly is: 'dnat'; readonly to: string}
  | {readonly is: 'masquerade'}

export type VerdictMap = Readonly<Record<string, NftVerdict>>

/** The statements of a rule; throws TraceError for what it does not know. */
export function parseStatements(rule: string): readonly Statement[] {
  const words = wordsOf(rule.replace(/ comment "[^"]*"$/, ''))
  const statements: Statement[] = []
  let rest = words
  while (rest.length > 0) {
    const found = statement(rest)
    if (found === undefined) throw new TraceError(`the rule "${rule}" is not understood at "${rest[0]}"`)
    statements.push(...found.statements)
    rest = rest.slice(found.length)
  }
  return statements
}

function wordsOf(text: string): readonly string[] {
  return text.match(/\{|\}|,|[^\s{},]+/g) ?? []
}

/** What stands at the beginning, and how many words it takes. */
type Found = {readonly statements: readonly Statement[]; readonly length: number}

function statement(words: readonly string[]): Found | undefined {
  const text = words.join(' ')
  for (const [pattern, statementOf] of patterns) {
    const match = pattern.exec(text)
    if (match) return {statements: statementOf(match.slice(1)), length: match[0].trim().split(' ').length}
  }
  return condition(words)
}

type Reader = (words: readonly (string | undefined)[]) => readonly Statement[]

const patterns: readonly (readonly [RegExp, Reader])[] = [
  [/^counter(?: packets \d+ bytes \d+)?(?= |$)/, () => []],
  [/^masquerade(?: fully-random)?(?= |$)/, () => [{is: 'masquerade'}]],
  [
    /^meta mark set meta mark ([|^]) (0x[0-9a-f]+)/,
    ([by, value]) => [{is: 'mark', by: by as '|' | '^', value: Number(value)}],
  ],
  [/^update @(\S+) \{ (ip6? saddr) \}/, ([set = '', key]) => [{is: 'update', set, key: key as Key}]],
  [/^dnat to (\S+)/, ([to = '']) => [{is: 'dnat', to}]],
  [
    /^numgen random mod (\d+) vmap \{ ([^}]*) \}/,
    ([count, list = '']) => [{is: 'lots', verdicts: drawn(Number(count), list)}],
  ],
  [
    /^reject with (icmp|icmpv6|icmpx)(?: type)? port-unreachable/,
    ([word]) => [{is: 'verdict', verdict: {verdict: 'reject', ...familyOfIcmp[word ?? '']}}],
  ],
  [/^(accept|drop|return|reject|(?:jump|goto) \S+)/, ([text = '']) => [{is: 'verdict', verdict: verdictOf(text)}]],
]

const familyOfIcmp: Readonly<Record<string, {readonly family?: IpFamily}>> = {
  icmp: {family: 'IPv4'},
  icmpv6: {family: 'IPv6'},
}

function drawn(count: number, list: string): readonly NftVerdict[] {
  const places = verdictMap(list)
  return Array.from({length: count}, (_, index) => {
    const verdict = places[String(index)]
    if (verdict === undefined) throw new TraceError(`of ${count} lots number ${index} leads nowhere: ${list}`)
    return verdict
  })
}

function verdictMap(list: string): VerdictMap {
  return Object.fromEntries(
    list.split(' , ').map(element => {
      const at = element.indexOf(' : ')
      return [element.slice(0, at).trim(), verdictOf(element.slice(at + 3).trim())]
    }),
  )
}

/** `drop`, `goto reject-chain`. */
export function verdictOf(text: string): NftVerdict {
  const [word = '', chain] = text.split(' ')
  switch (word) {
    case 'accept':
    case 'drop':
    case 'return':
    case 'reject':
      return {verdict: word}
    case 'jump':
    case 'goto':
      if (chain !== undefined) return {verdict: word, chain}
  }
  throw new TraceError(`the verdict "${text}" is not understood`)
}

const keys: readonly Key[] = [
  'ip saddr',
  'ip daddr',
  'ip6 saddr',
  'ip6 daddr',
  'meta l4proto',
  'th dport',
  'th sport',
  'tcp dport',
  'udp dport',
  'sctp dport',
  'ct state',
  'ct status',
  'meta mark',
  'iifname',
  'oifname',
  'fib saddr type',
  'fib daddr type',
]

/** What is looked at, and what it must be. */
function condition(words: readonly string[]): Found | undefined {
  const looked = keysIn(words)
  if (looked === undefined) return undefined
  const rest = words.slice(looked.length)
  const text = rest.join(' ')
  const found = (pattern: RegExp, statementOf: (captured: readonly string[]) => Statement): Found | undefined => {
    const match = pattern.exec(text)
    if (match === null) return undefined
    return {
      statements: [statementOf(match.slice(1).map(word => word ?? ''))],
      length: looked.length + match[0].split(' ').length,
    }
  }
  const match = (not: string, values: Values, mask?: string): Statement => ({
    ...{is: 'match', keys: looked.keys, not: not !== '', in: values},
    ...(mask !== undefined && {mask: Number(mask)}),
  })
  return (
    found(/^vmap @(\S+)/, ([map = '']) => ({is: 'vmap', keys: looked.keys, in: {map}})) ??
    found(/^vmap \{ ([^}]*) \}/, ([list = '']) => ({is: 'vmap', keys: looked.keys, in: {values: verdictMap(list)}})) ??
    found(/^& (0x[0-9a-f]+) (==|!=) (0x[0-9a-f]+)/, ([mask = '', not = '', value = '']) =>
      match(not === '!=' ? not : '', {values: [String(Number(value))]}, mask),
    ) ??
    found(/^(!= )?@(\S+)/, ([not = '', set = '']) => match(not, {set})) ??
    found(/^(!= )?\{ ([^}]*) \}/, ([not = '', list = '']) => match(not, {values: list.split(' , ')})) ??
    found(/^(!= |== )?([^\s{}@]+(?: , [^\s{}@]+)*)/, ([not = '', list = '']) =>
      match(not === '!= ' ? not : '', {values: list.split(' , ')}),
    )
  )
}

function keysIn(words: readonly string[]): {readonly keys: readonly Key[]; readonly length: number} | undefined {
  const text = words.join(' ')
  const key = keys.find(one => text.startsWith(`${one} `))
  if (key === undefined) return undefined
  const length = key.split(' ').length
  if (words[length] !== '.') return {keys: [key], length}
  const more = keysIn(words.slice(length + 1))
  return more && {keys: [key, ...more.keys], length: length + 1 + more.length}
}
