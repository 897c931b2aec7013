import {parseAnyCidr} from '../../net/cidr.ts'
import {NetError} from '../../net/net-error.ts'
import type {IptablesMatch} from '../ruleset.ts'
import {printMatch} from './print-match.ts'
import {unquote} from './words.ts'

/**
 * The conditions that a group of words (`! -s 10.0.0.0/8`, or `-m` and all that belongs to its module) stands for. What would
 * not print back exactly as it is written stays as words: a value is never half understood.
 */
export function parseMatches(words: readonly string[], previous?: IptablesMatch): readonly IptablesMatch[] {
  const text = words.join(' ')
  const matches = known(text)
  const printed = matches.map((match, index) => printMatch(match, index === 0 ? previous : matches[index - 1]))
  return matches.length > 0 && printed.join(' ') === text ? matches : [{match: 'other', words}]
}

function known(text: string): IptablesMatch[] {
  const [, module, options] = /^-m (\S+) ?(.*)$/s.exec(text) ?? []
  if (module !== undefined) return modules[module]?.(options ?? '') ?? []
  const [, not, flag, value] = /^(! )?(-[sdiop]) (\S+)$/.exec(text) ?? []
  return flag === undefined || value === undefined ? [] : basic(flag, value, negation(not))
}

type Negation = {readonly not?: true}

function negation(mark: string | undefined): Negation {
  return mark ? {not: true} : {}
}

function basic(flag: string, value: string, not: Negation): IptablesMatch[] {
  switch (flag) {
    case '-s':
      return network('source', value, not)
    case '-d':
      return network('destination', value, not)
    case '-i':
      return [{match: 'in', link: value, ...not}]
    case '-o':
      return [{match: 'out', link: value, ...not}]
    default:
      return [{match: 'protocol', protocol: value, ...not}]
  }
}

/** A mask with holes (`10.0.0.1/255.0.0.255`) is legal, and no network that podlab knows. */
function network(match: 'source' | 'destination', value: string, not: Negation): IptablesMatch[] {
  try {
    return [{match, net: parseAnyCidr(value), ...not}]
  } catch (error) {
    if (error instanceof NetError) return []
    throw error
  }
}

const modules: Readonly<Record<string, (options: string) => IptablesMatch[]>> = {
  comment: options => fields(/^--comment (.+)$/s, options, ([text = '']) => ({match: 'comment', text: unquote(text)})),
  tcp: options => ports('tcp', options),
  udp: options => ports('udp', options),
  sctp: options => ports('sctp', options),
  mark: options =>
    fields(/^(! )?--mark (0x[0-9a-f]+)(?:\/(0x[0-9a-f]+))?$/, options, ([not, value, mask = '0xffffffff']) => ({
      match: 'mark',
      value: Number(value),
      mask: Number(mask),
      ...negation(not),
    })),
  conntrack: options =>
    fields(/^(! )?--ctstate (\S+)$/, options, ([not, states = '']) => ({
      match: 'ctstate',
      states: states.split(','),
      ...negation(not),
    })),
  addrtype: options =>
    [...options.matchAll(/(! )?--(src|dst)-type (\S+)/g)].map(([, not, end, type = '']) => ({
      match: 'addrtype',
      end: end as 'src' | 'dst',
      type,
      ...negation(not),
    })),
  statistic: options =>
    fields(/^--mode random --probability ([\d.]+)$/, options, ([probability]) => ({
      match: 'statistic',
      probability: Number(probability),
    })),
  physdev: options =>
    fields(/^(! )?--physdev-is-(in|out|bridged)$/, options, ([not, is]) => ({
      match: 'physdev',
      is: is as 'in' | 'out' | 'bridged',
      ...negation(not),
    })),
  set: options =>
    fields(/^(! )?--match-set (\S+) ((?:src|dst)(?:,(?:src|dst))*)$/, options, ([not, set = '', directions = '']) => ({
      match: 'set',
      set,
      directions: directions.split(',') as ('src' | 'dst')[],
      ...negation(not),
    })),
  recent: options =>
    fields(
      /^--(set|rcheck)(?: --seconds (\d+))?( --reap)? --name (\S+) --mask (\S+) /,
      options,
      ([verb, seconds, reap, list = '', mask = '']) => ({
        match: 'recent',
        do: verb as 'set' | 'rcheck',
        list,
        ...(seconds === undefined ? {} : {seconds: Number(seconds)}),
        ...(reap === undefined ? {} : {reap: true}),
        ...(mask.includes(':') && {family: 'IPv6'}),
      }),
    ),
}

function fields(
  pattern: RegExp,
  options: string,
  matchOf: (captured: readonly (string | undefined)[]) => IptablesMatch,
): IptablesMatch[] {
  const found = pattern.exec(options)
  return found === null ? [] : [matchOf(found.slice(1))]
}

function ports(protocol: 'tcp' | 'udp' | 'sctp', options: string): IptablesMatch[] {
  if (options === '') return [{match: 'module', name: protocol}]
  return [...options.matchAll(/(! )?--(sport|dport) (\S+)/g)].map(([, not, end, range = '']) => ({
    match: end as 'sport' | 'dport',
    protocol,
    ports: range,
    ...negation(not),
  }))
}
