import type {IptablesMatch} from '../ruleset.ts'
import {quote} from './words.ts'

type Match<Name extends IptablesMatch['match']> = Extract<IptablesMatch, {match: Name}>

/** The words of one condition. `previous` stands before it in the rule: two conditions of one module share their `-m`. */
export function printMatch(match: IptablesMatch, previous?: IptablesMatch): string {
  const module = moduleOf(match)
  if (module === undefined) return optionsOf(match)
  if (previous !== undefined && sharesModule(previous, match)) return optionsOf(match)
  return match.match === 'module' ? `-m ${module}` : `-m ${module} ${optionsOf(match)}`
}

/** The extension that tests the condition; undefined for what iptables tests by itself. */
function moduleOf(match: IptablesMatch): string | undefined {
  switch (match.match) {
    case 'source':
    case 'destination':
    case 'in':
    case 'out':
    case 'protocol':
    case 'other':
      return undefined
    case 'sport':
    case 'dport':
      return match.protocol
    case 'ctstate':
      return 'conntrack'
    case 'module':
      return match.name
    case 'comment':
    case 'mark':
    case 'addrtype':
    case 'statistic':
    case 'physdev':
    case 'set':
    case 'recent':
      return match.match
  }
}

function sharesModule(previous: IptablesMatch, match: IptablesMatch): boolean {
  if (previous.match === 'sport' && match.match === 'dport') return previous.protocol === match.protocol
  return previous.match === 'addrtype' && match.match === 'addrtype' && previous.end === 'src' && match.end === 'dst'
}

function optionsOf(match: IptablesMatch): string {
  const not = 'not' in match && match.not ? '! ' : ''
  switch (match.match) {
    case 'source':
      return `${not}-s ${match.net}`
    case 'destination':
      return `${not}-d ${match.net}`
    case 'in':
      return `${not}-i ${match.link}`
    case 'out':
      return `${not}-o ${match.link}`
    case 'protocol':
      return `${not}-p ${match.protocol}`
    case 'comment':
      return `--comment ${quote(match.text)}`
    case 'sport':
    case 'dport':
      return `${not}--${match.match} ${match.ports}`
    case 'mark':
      return `${not}--mark ${hex(match.value)}${match.mask === 0xffffffff ? '' : `/${hex(match.mask)}`}`
    case 'ctstate':
      return `${not}--ctstate ${inKernelOrder(match.states)}`
    case 'addrtype':
      return `${not}--${match.end}-type ${match.type}`
    case 'statistic':
      return `--mode random --probability ${printProbability(match.probability)}`
    case 'physdev':
      return `${not}--physdev-is-${match.is}`
    case 'set':
      return `${not}--match-set ${match.set} ${match.directions.join(',')}`
    case 'recent':
      return recentOptions(match)
    case 'module':
      return ''
    case 'other':
      return match.words.join(' ')
  }
}

function recentOptions({do: verb, seconds, reap, list, family}: Match<'recent'>): string {
  const age = seconds === undefined ? '' : ` --seconds ${seconds}`
  return `--${verb}${age}${reap ? ' --reap' : ''} --name ${list} --mask ${allBits[family ?? 'IPv4']} --rsource`
}

const allBits = {IPv4: '255.255.255.255', IPv6: Array.from({length: 8}, () => 'ffff').join(':')}

/** The kernel holds the states of a rule as a set of bits; iptables-save names them in this order. */
const stateOrder = ['INVALID', 'NEW', 'RELATED', 'ESTABLISHED', 'UNTRACKED', 'SNAT', 'DNAT']

function inKernelOrder(states: readonly string[]): string {
  return states.toSorted((a, b) => stateOrder.indexOf(a) - stateOrder.indexOf(b)).join(',')
}

/** The kernel compares 31 random bits with a whole number: 1/3 becomes 0.33333333349. */
function printProbability(probability: number): string {
  return (Math.round(probability * 2 ** 31) / 2 ** 31).toFixed(11)
}

export function hex(number: number): string {
  return `0x${number.toString(16)}`
}
