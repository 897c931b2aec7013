import test from 'ava'
import {fails, passes} from './_verdict.ts'

const nat = `*nat
:KUBE-SERVICES - [0:0]
:KUBE-MARK-DROP - [0:0]
:KUBE-SVC-XCCRWSFD2BRL7CRI - [0:0]
-A KUBE-SERVICES -d 10.98.237.175/32 -p tcp -m tcp --dport 80 -j KUBE-SVC-XCCRWSFD2BRL7CRI
-A KUBE-SVC-XCCRWSFD2BRL7CRI -m statistic --mode random --probability 0.50000000000 -j KUBE-SEP-A
COMMIT
`
const rules = {
  exec: (target: string, line: string) =>
    target === 'node/node1' && line === 'iptables-save -t nat' ? nat : {code: 1, stderr: 'no'},
}

test(
  'it is there',
  passes,
  'rule: {in: node/node1, chain: KUBE-SERVICES, contains: [--dport 80, 10.98.237.175]}',
  rules,
)
test('by expression', passes, "rule: {in: node/node1, matches: 'probability 0\\.50+ '}", rules)
test(
  'in another chain',
  fails,
  'rule: {in: node/node1, chain: KUBE-SERVICES, contains: KUBE-SEP-A}',
  rules,
  /in KUBE-SERVICES only:\n-A KUBE-SERVICES/,
)
test(
  'with other words',
  fails,
  'rule: {in: node/node1, contains: [--dport 80, KUBE-SEP-A]}',
  rules,
  /no such rule among 2/,
)
test('no such chain', fails, 'rule: {in: node/node1, chain: KUBE-SVC-X}', rules, /there is no chain KUBE-SVC-X/)
test(
  'an empty chain',
  fails,
  'rule: {in: node/node1, chain: KUBE-MARK-DROP}',
  rules,
  /the chain KUBE-MARK-DROP is empty/,
)
test('not, and it is not', passes, 'rule: {in: node/node1, chain: KUBE-SVC-X, not: true}', rules)
test('not, and yet it is', fails, 'rule: {in: node/node1, chain: KUBE-SERVICES, not: true}', rules, /-A KUBE-SERVICES/)
test('iptables-save fails, even negated', fails, 'rule: {in: node/master, contains: a, not: true}', rules, /no/)
