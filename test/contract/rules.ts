import fc from 'fast-check'
import type {IptablesMatch, IptablesRule, IptablesTarget} from '../../src/kernel/ruleset.ts'
import {cidrOf} from '../../src/net/cidr.ts'
import {ipOf} from '../../src/net/ip.ts'

/** Rules that the kernel takes, each as iptables-save would give it back: any of its words, in its order. */
export function kernelRules(): fc.Arbitrary<IptablesRule> {
  return fc.oneof(...(['tcp', 'udp', 'sctp', undefined] as const).map(rulesOf))
}

type Protocol = 'tcp' | 'udp' | 'sctp'

function rulesOf(protocol: Protocol | undefined): fc.Arbitrary<IptablesRule> {
  return fc
    .tuple(
      optional(network('source')),
      optional(network('destination')),
      optional(link('in')),
      fc.constant<IptablesMatch[]>(protocol === undefined ? [] : [{match: 'protocol', protocol}]),
      optional(comment),
      fc.shuffledSubarray(modules).chain(picked => fc.tuple(...picked)),
      protocol === undefined ? fc.constant<IptablesMatch[]>([]) : ports(protocol),
      fc.option(targets, {nil: undefined}),
    )
    .map(([source, destination, input, proto, text, tests, ends, target]) => {
      const matches = [...source, ...destination, ...input, ...proto, ...text, ...tests, ...ends]
      return target === undefined ? {matches} : {matches, target}
    })
}

function optional(match: fc.Arbitrary<IptablesMatch>): fc.Arbitrary<IptablesMatch[]> {
  return fc.oneof(
    fc.constant<IptablesMatch[]>([]),
    match.map(one => [one]),
  )
}

const negations = fc.constantFrom<{not?: true}>({}, {not: true})

function network(match: 'source' | 'destination'): fc.Arbitrary<IptablesMatch> {
  return fc
    .tuple(fc.integer({min: 1, max: 0xfffffffe}), fc.integer({min: 8, max: 32}), negations)
    .map(([number, length, not]) => {
      const net = cidrOf(ipOf(number - (number % 2 ** (32 - length))), length)
      return {match, net, ...not}
    })
}

function link(match: 'in'): fc.Arbitrary<IptablesMatch> {
  return fc
    .tuple(fc.constantFrom('eth0', 'docker0', 'veth+'), negations)
    .map(([name, not]) => ({match, link: name, ...not}))
}

const comment: fc.Arbitrary<IptablesMatch> = fc
  .oneof(fc.string({maxLength: 60}), fc.constantFrom('-j', '-m', '!', 'default/kubia:http cluster IP', '"', '\\'))
  .map(text => ({match: 'comment', text}))

function ports(protocol: Protocol): fc.Arbitrary<IptablesMatch[]> {
  const end = (match: 'sport' | 'dport') =>
    fc.tuple(fc.integer({min: 1, max: 30000}), fc.integer({min: 30001, max: 65535}), fc.boolean(), negations).map(
      ([low, high, range, not]): IptablesMatch => ({
        match,
        protocol,
        ports: range ? `${low}:${high}` : `${low}`,
        ...not,
      }),
    )
  return fc.oneof(
    fc.constant<IptablesMatch[]>([]),
    fc.constant<IptablesMatch[]>([{match: 'module', name: protocol}]),
    fc.subarray([end('sport'), end('dport')], {minLength: 1}).chain(ends => fc.tuple(...ends)),
  )
}

const bits = fc.integer({min: 0, max: 0xffffffff})

const modules: fc.Arbitrary<IptablesMatch>[] = [
  fc.tuple(bits, bits, negations).map(([value, mask, not]) => ({match: 'mark', value, mask, ...not})),
  fc
    .tuple(
      fc.subarray(['INVALID', 'NEW', 'RELATED', 'ESTABLISHED', 'UNTRACKED', 'SNAT', 'DNAT'], {minLength: 1}),
      negations,
    )
    .map(([states, not]) => ({match: 'ctstate', states, ...not})),
  fc
    .tuple(fc.constantFrom('src', 'dst'), fc.constantFrom('LOCAL', 'UNICAST', 'BROADCAST'), negations)
    .map(([end, type, not]) => ({match: 'addrtype', end, type, ...not})),
  fc
    .integer({min: 1, max: 2 ** 31 - 1})
    .map(number => ({match: 'statistic', probability: Number((number / 2 ** 31).toFixed(11))})),
  fc
    .tuple(fc.stringMatching(/^KUBE-SEP-[A-Z2-7]{16}$/), fc.integer({min: 1, max: 86400}))
    .map(([list, seconds]) => ({match: 'recent', do: 'rcheck', list, seconds, reap: true})),
  fc.stringMatching(/^KUBE-SEP-[A-Z2-7]{16}$/).map(list => ({match: 'recent', do: 'set', list})),
  fc.constantFrom<IptablesMatch>(
    {match: 'other', words: ['-m', 'limit', '--limit', '5/min']},
    {match: 'other', words: ['-m', 'state', '--state', 'NEW']},
  ),
]

const targets: fc.Arbitrary<IptablesTarget> = fc.oneof(
  fc.constantFrom<IptablesTarget>(
    {target: 'ACCEPT'},
    {target: 'DROP'},
    {target: 'RETURN'},
    {target: 'jump', chain: 'KUBE-MARK-MASQ'},
    {target: 'goto', chain: 'KUBE-MARK-MASQ'},
    {target: 'other', words: ['-j', 'NFLOG', '--nflog-group', '100']},
    {target: 'other', words: ['-j', 'LOG', '--log-prefix', '"hello world"']},
  ),
  fc.tuple(bits, bits).map(([value, mask]): IptablesTarget => ({target: 'MARK', value, mask})),
)
