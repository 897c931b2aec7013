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

const kubeProxy = `table ip kube-proxy {
	comment "rules for kube-proxy"

	map service-ips {
		type ipv4_addr . inet_proto . inet_service : verdict
		elements = { 10.98.237.175 . tcp . 80 : goto service-A-default/kubia/tcp/,
			     10.96.0.1 . tcp . 443 : goto service-B-default/kubernetes/tcp/https }
	}

	chain services {
		ip daddr . meta l4proto . th dport vmap @service-ips
	}

	chain nat-output {
		type nat hook output priority dstnat; policy accept;
	}
}
`
const nft = {
  exec: (_: string, line: string) =>
    line === 'nft list table ip kube-proxy' ? kubeProxy : {code: 1, stderr: 'Error: No such file or directory'},
}
const inTable = (words: string, table = 'ip kube-proxy') => `rule: {in: node/node1, table: ${table}, ${words}}`
test('of nftables', passes, inTable("chain: services, contains: 'vmap @service-ips'"), nft)
test('an element of a map', passes, inTable("chain: service-ips, contains: '10.96.0.1 . tcp . 443 : goto'"), nft)
test(
  'none in that map',
  fails,
  inTable('chain: service-ips, contains: 10.96.0.2'),
  nft,
  /in service-ips only:\n{ 10\.98/,
)
test('no such map', fails, inTable('chain: firewall-ips'), nft, /there is no chain firewall-ips/)
test('an empty chain of nftables', fails, inTable('chain: nat-output'), nft, /the chain nat-output is empty/)
test('no such table', fails, inTable('contains: dnat', 'ip other'), nft, /No such file/)
test('not, and there is no such table', passes, inTable('contains: dnat, not: true', 'ip other'), nft)
