import test from 'ava'
import fc from 'fast-check'
import {parseIptablesRule, printIptablesRule, RulesetError} from '../../../src/kernel/rules/iptables.ts'
import type {IptablesMatch, IptablesTarget} from '../../../src/kernel/ruleset.ts'
import {parseCidr6} from '../../../src/net/cidr.ts'
import {kernelRules} from '../../contract/rules.ts'

test('every rule prints to a line that reads back to the same rule', t => {
  fc.assert(
    fc.property(kernelRules(), rule => {
      t.deepEqual(parseIptablesRule(printIptablesRule('KUBE-SERVICES', rule)), {chain: 'KUBE-SERVICES', rule})
    }),
  )
  t.pass()
})

/** The line as iptables-save 1.8.9 printed it, and what podlab understands of it. */
const reads = test.macro({
  exec: (t, words: string, matches: IptablesMatch[], target: IptablesTarget | undefined) => {
    const rule = target === undefined ? {matches} : {matches, target}
    t.deepEqual(parseIptablesRule(`-A T ${words}`), {chain: 'T', rule})
    t.is(printIptablesRule('T', rule), `-A T ${words}`)
  },
  title: (_, words) => `iptables-save's "${words}" reads and prints`,
})

const accept = {target: 'ACCEPT'} as const
const other = (words: string) => ({match: 'other' as const, words: words.split(' ')})

test(reads, '-j ACCEPT', [], accept)
test(reads, '-g KUBE-FORWARD', [], {target: 'goto', chain: 'KUBE-FORWARD'})
test(
  reads,
  '-i eth0 ! -o docker0',
  [
    {match: 'in', link: 'eth0'},
    {match: 'out', link: 'docker0', not: true},
  ],
  undefined,
)
test(reads, '! -p udp -j RETURN', [{match: 'protocol', protocol: 'udp', not: true}], {target: 'RETURN'})
test(reads, '-m comment --comment oneword -j ACCEPT', [{match: 'comment', text: 'oneword'}], accept)
test(reads, '-m comment --comment "a:b/c" -j ACCEPT', [{match: 'comment', text: 'a:b/c'}], accept)
test(reads, '-m comment --comment -j -j ACCEPT', [{match: 'comment', text: '-j'}], accept)
test(reads, '-m comment --comment ""', [{match: 'comment', text: ''}], undefined)
test(
  reads,
  String.raw`-m comment --comment "quote \" and back\\slash and \'single\'"`,
  [{match: 'comment', text: String.raw`quote " and back\slash and 'single'`}],
  undefined,
)
test(
  reads,
  '-p tcp -m tcp --sport 1:65535 --dport 80:90 -j ACCEPT',
  [
    {match: 'protocol', protocol: 'tcp'},
    {match: 'sport', protocol: 'tcp', ports: '1:65535'},
    {match: 'dport', protocol: 'tcp', ports: '80:90'},
  ],
  accept,
)
test(reads, '-m mark ! --mark 0x1 -j ACCEPT', [{match: 'mark', value: 1, mask: 0xffffffff, not: true}], accept)
test(
  reads,
  '-m addrtype ! --src-type LOCAL --dst-type LOCAL,BROADCAST',
  [
    {match: 'addrtype', end: 'src', type: 'LOCAL', not: true},
    {match: 'addrtype', end: 'dst', type: 'LOCAL,BROADCAST'},
  ],
  undefined,
)
test(
  reads,
  '-m recent --rcheck --seconds 10800 --reap --name X --mask 255.255.255.255 --rsource -j ACCEPT',
  [{match: 'recent', do: 'rcheck', list: 'X', seconds: 10800, reap: true}],
  accept,
)
test(
  reads,
  '-m set --match-set KUBE-LOOP-BACK dst,dst,src -j MASQUERADE',
  [{match: 'set', set: 'KUBE-LOOP-BACK', directions: ['dst', 'dst', 'src']}],
  {target: 'MASQUERADE'},
)
test(reads, '-m physdev ! --physdev-is-in', [{match: 'physdev', is: 'in', not: true}], undefined)
test(reads, '-j MARK --set-xmark 0x4000/0x0', [], {target: 'MARK', value: 0x4000, mask: 0})
test(reads, '-j REDIRECT', [], {target: 'REDIRECT'})
test(
  reads,
  '-p icmp -m icmp --icmp-type 8',
  [{match: 'protocol', protocol: 'icmp'}, other('-m icmp --icmp-type 8')],
  undefined,
)
test(reads, '-m limit --limit 5/min -j NFLOG', [other('-m limit --limit 5/min')], {
  target: 'other',
  words: ['-j', 'NFLOG'],
})
test(reads, '-j LOG --log-prefix "hello world"', [], {
  target: 'other',
  words: ['-j', 'LOG', '--log-prefix', '"hello world"'],
})
test(reads, '-j MASQUERADE --random', [], {target: 'other', words: ['-j', 'MASQUERADE', '--random']})
test(
  reads,
  '-m recent --update --name X --mask 255.255.255.0 --rsource',
  [other('-m recent --update --name X --mask 255.255.255.0 --rsource')],
  undefined,
)

test(
  reads,
  '-d fd00:10:96::a/128 -p tcp -m recent --rcheck --seconds 10 --reap --name K --mask ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff --rsource -j DNAT --to-destination [fd00:172:17:d::2]:8080',
  [
    {match: 'destination', net: parseCidr6('fd00:10:96::a/128')},
    {match: 'protocol', protocol: 'tcp'},
    {match: 'recent', do: 'rcheck', list: 'K', seconds: 10, reap: true, family: 'IPv6'},
  ],
  {target: 'DNAT', to: '[fd00:172:17:d::2]:8080'},
)

test('a probability prints as the kernel stores it', t => {
  const line = (probability: number) => printIptablesRule('T', {matches: [{match: 'statistic', probability}]})
  t.is(line(1 / 2), '-A T -m statistic --mode random --probability 0.50000000000')
  t.is(line(0.3333333333), '-A T -m statistic --mode random --probability 0.33333333349')
  t.is(line(0.1), '-A T -m statistic --mode random --probability 0.10000000009')
})

test('connection states print in the order of the kernel', t => {
  const rule = {matches: [{match: 'ctstate' as const, states: ['DNAT', 'ESTABLISHED', 'NEW', 'RELATED']}]}
  t.is(printIptablesRule('T', rule), '-A T -m conntrack --ctstate NEW,RELATED,ESTABLISHED,DNAT')
})

test('a line that is no rule is refused with what was expected', t => {
  const error = t.throws(() => parseIptablesRule('-I FORWARD -j ACCEPT'), {instanceOf: RulesetError})
  t.is(error.message, '"-I FORWARD -j ACCEPT" is not a rule; expected -A and a chain, as iptables-save prints it')
})
