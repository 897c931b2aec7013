import {virtualServerKey} from '../../kernel/ipvs/table.ts'
import type {IptablesMatch} from '../../kernel/ruleset.ts'
import {type Cidr, contains, hostCidr, isHost, networkOf} from '../../net/cidr.ts'
import type {Ip} from '../../net/ip.ts'
import type {Note, Passage} from '../packet.ts'
import {isLocal} from '../route.ts'
import {TraceError} from '../trace-error.ts'
import type {Chance} from '../walk-rules.ts'
import type {Machine} from '../world.ts'
import {isInSet} from './ip-set.ts'

/** How likely all conditions hold. */
export function chanceOf(matches: readonly IptablesMatch[], passage: Passage, machine: Machine): Chance {
  let chance = 1
  for (const match of matches) {
    if (match.match === 'statistic') chance *= match.probability
    else if (!holds(match, passage, machine)) return 0
  }
  return chance
}

type Certain = Exclude<IptablesMatch, {match: 'statistic'}>

function holds(match: Certain, passage: Passage, machine: Machine): boolean {
  const is = isSo(match, passage, machine)
  return 'not' in match && match.not ? !is : is
}

function isSo(match: Certain, passage: Passage, machine: Machine): boolean {
  const {packet, mark} = passage
  switch (match.match) {
    case 'source':
      return isIn(match.net, packet.source)
    case 'destination':
      return isIn(match.net, packet.destination)
    case 'in':
      return isLink(match.link, passage.in)
    case 'out':
      return isLink(match.link, passage.out)
    case 'protocol':
      return match.protocol === packet.protocol || match.protocol === 'all'
    case 'module':
      return match.name === packet.protocol
    case 'comment':
      return true
    case 'sport':
      return match.protocol === packet.protocol && isPort(match.ports, packet.sourcePort)
    case 'dport':
      return match.protocol === packet.protocol && isPort(match.ports, packet.port)
    case 'mark':
      return (mark & match.mask) === match.value
    case 'ctstate':
      return match.states.some(state => statesOf(passage).includes(state))
    case 'addrtype':
      if (match.type !== 'LOCAL') throw new TraceError(`addrtype ${match.type} is not understood`)
      return isLocal(machine, match.end === 'src' ? packet.source : packet.destination)
    case 'physdev':
      return match.is === 'bridged' ? passage.port === 'bridged' : passage.port !== undefined && match.is === 'in'
    case 'set':
      return isInSet(match, packet, machine)
    case 'recent':
      return match.do === 'set' || isNoted(match.list, passage, machine)
    case 'other':
      return isOther(match.words, passage, machine)
  }
}

function isOther(words: readonly string[], passage: Passage, {name}: Machine): boolean {
  if (isOfIpvs(words)) return isBalanced(words, passage)
  if (isState(words)) return statesIn(words).some(state => statesOf(passage).includes(state))
  throw new TraceError(`${name}: the condition "${words.join(' ')}" is not understood`)
}

/* Most rules name one address, and a packet goes by very many of them. */
function isIn(net: Cidr, ip: Ip): boolean {
  return isHost(net) ? net === hostCidr(ip) : contains(networkOf(net), ip)
}

/** `docker+` stands for all links whose names begin so. */
function isLink(pattern: string, link: string | undefined): boolean {
  if (link === undefined) return false
  return pattern.endsWith('+') ? link.startsWith(pattern.slice(0, -1)) : link === pattern
}

/** `80`, `30000:32767`. */
function isPort(range: string, port: number): boolean {
  const [first = '', last = first] = range.split(':')
  return port >= Number(first || 0) && port <= Number(last || 65_535)
}

/* The connection is new in each machine; whether it was rewritten is told, too. */
function statesOf({rewritten}: Passage): readonly string[] {
  return ['NEW', ...(rewritten.destination ? ['DNAT'] : []), ...(rewritten.source ? ['SNAT'] : [])]
}

/** `-m state --state NEW`, as conntrack's was written before. */
function isState([flag, module, option]: readonly string[]): boolean {
  return flag === '-m' && module === 'state' && option === '--state'
}

function statesIn(words: readonly string[]): readonly string[] {
  return words[3]?.split(',') ?? []
}

/** `-m ipvs --vproto 6 --vaddr 10.0.40.1 --vport 80`: what ip_vs has handed on for this virtual server. */
function isOfIpvs([flag, module]: readonly string[]): boolean {
  return flag === '-m' && module === 'ipvs'
}

function isBalanced([, , ...words]: readonly string[], {balancedBy, packet}: Passage): boolean {
  const asked = new Map(
    words.flatMap((word, at) => (at % 2 === 0 ? [[word, words[at + 1] ?? '']] : [])) as [string, string][],
  )
  for (const option of asked.keys())
    if (!['--vproto', '--vaddr', '--vport'].includes(option))
      throw new TraceError(`the condition ${option} of ipvs is not understood`)
  const key = virtualServerKey({
    protocol: packet.protocol,
    ip: asked.get('--vaddr') as Ip,
    port: Number(asked.get('--vport')),
  })
  return key === balancedBy && asked.get('--vproto') === protocolNumbers[packet.protocol]
}

const protocolNumbers = {tcp: '6', udp: '17', sctp: '132'} as const

function isNoted(list: string, {notes, packet}: Passage, {name}: Machine): boolean {
  return notes.some(note => note.machine === name && note.list === list && note.ip === packet.source)
}

/** What is written down after a rule with these conditions has taken the packet. */
export function noted(matches: readonly IptablesMatch[], {notes, packet}: Passage, {name}: Machine): readonly Note[] {
  const lists = matches.flatMap(match => (match.match === 'recent' && match.do === 'set' ? [match.list] : []))
  return lists.length === 0 ? notes : [...notes, ...lists.map(list => ({machine: name, list, ip: packet.source}))]
}
