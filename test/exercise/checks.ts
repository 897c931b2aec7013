import test from 'ava'
import type {Verdict} from '../../src/exercise/check.ts'
import {runCheck} from '../../src/exercise/run-check.ts'
import type {KubeObject} from '../../src/objects/kube-object.ts'
import {during, type Exec, fakeLab, pod} from './_fake-lab.ts'

/** The verdict of one check, given as it stands in a lab file, in a lab that answers so. */
async function verdictOf(check: string, world: {exec?: Exec; objects?: readonly KubeObject[]}): Promise<Verdict> {
  const lab = fakeLab({...world, text: `nodes: [master, node1]\nchecks:\n  - ${check}\n`})
  const [config] = lab.lab.checks
  if (config === undefined) throw new Error('no check')
  return runCheck(config, lab, during())
}

const passes = test.macro({
  exec: async (t, check: string, world: {exec?: Exec; objects?: readonly KubeObject[]}) => {
    const {pass, ...words} = await verdictOf(check, world)
    t.true(pass, JSON.stringify(words))
  },
  title: (title = '') => `passes: ${title}`,
})

const fails = test.macro({
  exec: async (t, check: string, world: {exec?: Exec; objects?: readonly KubeObject[]}, seen: RegExp) => {
    const verdict = await verdictOf(check, world)
    t.false(verdict.pass)
    t.regex(verdict.seen, seen)
    t.regex(verdict.command, /^\.\/podlab (exec|get) /)
    t.not(verdict.expected, '')
  },
  title: (title = '') => `fails: ${title}`,
})

const refused = {code: 7, stderr: 'curl: (7) Failed to connect to 10.0.0.1 port 80'}
const toKubia = "reaches: {from: pod/client, to: 'http://10.0.0.1'"

test('reaches: an answer', passes, `${toKubia}}`, {exec: () => "You've hit kubia-1"})
test('reaches: the expected answer', passes, `${toKubia}, expect: hit kubia}`, {exec: () => "You've hit kubia-1"})
test(
  'reaches: another answer',
  fails,
  `${toKubia}, expect: hit web}`,
  {exec: () => "You've hit kubia-1"},
  /You've hit kubia-1/,
)
test('reaches: refused', fails, `${toKubia}}`, {exec: () => refused}, /Failed to connect/)
test('reaches: no answer in time', fails, `${toKubia}}`, {exec: () => ({code: 124})}, /no answer in time/)
test('reaches: not, and refused', passes, `${toKubia}, not: true}`, {exec: () => refused})
test('reaches: not, and yet an answer', fails, `${toKubia}, not: true}`, {exec: () => 'hello'}, /hello/)
test(
  'reaches: no program to try with, not even negated',
  fails,
  `${toKubia}, not: true}`,
  {exec: () => ({code: 127})},
  /pod\/client has no curl or wget/,
)
test('reaches: with wget where curl is missing', passes, `${toKubia}}`, {
  exec: (_, line) => (line.startsWith('curl') ? {code: 127} : 'hello'),
})
test('reaches: a port that opens', passes, 'reaches: {from: pod/client, to: 10.0.0.1:80}', {
  exec: (_, line) => (line === 'busybox nc -w 2 10.0.0.1 80 -e true' ? '' : {code: 1}),
})
test(
  'reaches: a port that does not',
  fails,
  'reaches: {from: pod/client, to: 10.0.0.1:80}',
  {exec: () => ({code: 1})},
  /no answer \(code 1\)/,
)
test('reaches: an address that answers ping', passes, 'reaches: {from: node/node1, to: ping://10.0.20.4}', {
  exec: (target, line) => (target === 'node/node1' && line === 'ping -c 1 -W 2 10.0.20.4' ? '1 received' : {code: 1}),
})
test(
  'reaches: an address that does not',
  fails,
  'reaches: {from: node/node1, to: ping://10.0.20.4}',
  {exec: () => ({code: 1})},
  /code 1/,
)
test('reaches: the address of a pod', passes, "reaches: {from: pod/app=client, to: 'http://{pod/web}:8080'}", {
  objects: [pod('web', {ip: '172.17.1.9'}), pod('client', {app: 'client'})],
  exec: (target, line) => (target === 'pod/client' && line.endsWith('http://172.17.1.9:8080') ? 'hello' : {code: 1}),
})
test(
  'reaches: the address of a pod that is not there',
  fails,
  "reaches: {from: pod/client, to: 'http://{pod/web}'}",
  {},
  /pod\/web has no address/,
)
test(
  'reaches: from pods of which none is ready',
  fails,
  "reaches: {from: pod/app=client, to: 'http://10.0.0.1', not: true}",
  {
    objects: [pod('client', {app: 'client', ready: false})],
  },
  /no pod with app=client is ready/,
)

const three = ['kubia-1', 'kubia-2', 'kubia-10'].map(name => pod(name))
const balances = "balances: {from: pod/client, to: 'http://10.0.0.1', pods: app=kubia, requests: 12"

test('balances: every pod answers', passes, `${balances}}`, {
  objects: three,
  exec: inTurn('kubia-1', 'kubia-2', 'kubia-10'),
})
test(
  'balances: one pod never answers',
  fails,
  `${balances}}`,
  {objects: three, exec: inTurn('kubia-2', 'kubia-10')},
  /kubia-1 0×, kubia-10 6×, kubia-2 6×/,
)
test(
  'balances: one pod answers too seldom',
  fails,
  `${balances}, each: 5}`,
  {objects: three, exec: inTurn('kubia-1', 'kubia-2', 'kubia-10')},
  /kubia-1 4×/,
)
test(
  'balances: a pod that should not answer',
  fails,
  `${balances}}`,
  {objects: three, exec: inTurn('kubia-1', 'kubia-2', 'kubia-10', 'web')},
  /none of them 3× \(You've hit web\)/,
)
test(
  'balances: a request without an answer',
  fails,
  `${balances}}`,
  {objects: three, exec: sometimes(refused)},
  /none of them \d+× \(curl: \(7\)/,
)
test('balances: no pods', fails, `${balances}}`, {exec: () => "You've hit kubia-1"}, /no pod with app=kubia is ready/)

function inTurn(...names: readonly string[]): Exec {
  let asked = 0
  return () => `You've hit ${names[asked++ % names.length]}\n`
}

function sometimes(bad: {code: number; stderr: string}): Exec {
  let asked = 0
  const names = inTurn('kubia-1', 'kubia-2', 'kubia-10')
  return (...call) => (asked++ % 4 === 3 ? bad : names(...call))
}

const client = pod('client', {app: 'client', ip: '172.17.12.2', node: 'node1'})
const far = pod('far', {ip: '172.17.13.3', node: 'master'})
const near = pod('near', {ip: '172.17.12.3', node: 'node1'})
const sourceAddress = 'sourceAddress: {from: pod/client, to: pod/app=kubia, port: 8080'

test('sourceAddress: the pod itself is seen', passes, `${sourceAddress}}`, {
  objects: [client, far, near],
  exec: servers('0C11AC'),
})
test('sourceAddress: also across nodes', passes, `${sourceAddress}, acrossNodes: true}`, {
  objects: [client, far],
  exec: servers('0C11AC'),
})
test(
  'sourceAddress: a node is seen instead',
  fails,
  `${sourceAddress}}`,
  {objects: [client, far], exec: () => tcp('0B14000A')},
  /far on master sees nobody/,
)
test(
  'sourceAddress: a masquerading node is seen',
  fails,
  `${sourceAddress}}`,
  {objects: [client, far], exec: masquerading()},
  /far on master sees 10\.0\.20\.11/,
)
test(
  'sourceAddress: an old connection is no evidence',
  fails,
  `${sourceAddress}}`,
  {objects: [client, far], exec: () => tcp('020C11AC')},
  /far on master sees nobody/,
)
test(
  'sourceAddress: no pod across nodes',
  fails,
  `${sourceAddress}, acrossNodes: true}`,
  {objects: [client, near], exec: servers('0C11AC')},
  /none of them is on another node/,
)
test(
  'sourceAddress: no answer',
  fails,
  `${sourceAddress}}`,
  {objects: [client, far], exec: (_, line) => (line.startsWith('busybox') ? refused : '')},
  /far on master sees nobody \(curl: \(7\)/,
)

/** A connection of port 8080 as /proc/net/tcp6 has it: the peer's bytes are reversed. */
function tcp(...peers: readonly string[]): string {
  const lines = peers.map(
    (peer, index) =>
      `   ${index}: 0000000000000000FFFF0000030D11AC:1F90 0000000000000000FFFF0000${peer}:${(40000 + index).toString(16).toUpperCase()} 06 00000000:00000000`,
  )
  return ['  sl  local_address remote_address st', ...lines].join('\n')
}

/** Servers that keep a line for every request of 172.17.12.2. */
function servers(network: string): Exec {
  const peers = new Map<string, string[]>()
  return (target, line) => {
    if (line.startsWith('cat')) return tcp(...(peers.get(target) ?? []))
    const server = line.includes('172.17.13.3') ? 'pod/far' : 'pod/near'
    peers.set(server, [...(peers.get(server) ?? []), `02${network}`])
    return 'hello'
  }
}

function masquerading(): Exec {
  const peers: string[] = []
  return (_, line) => {
    if (line.startsWith('cat')) return tcp(...peers)
    peers.push('0B14000A')
    return 'hello'
  }
}

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
  'rule: it is there',
  passes,
  'rule: {in: node/node1, chain: KUBE-SERVICES, contains: [--dport 80, 10.98.237.175]}',
  rules,
)
test('rule: by expression', passes, "rule: {in: node/node1, matches: 'probability 0\\.50+ '}", rules)
test(
  'rule: in another chain',
  fails,
  'rule: {in: node/node1, chain: KUBE-SERVICES, contains: KUBE-SEP-A}',
  rules,
  /in KUBE-SERVICES only:\n-A KUBE-SERVICES/,
)
test(
  'rule: with other words',
  fails,
  'rule: {in: node/node1, contains: [--dport 80, KUBE-SEP-A]}',
  rules,
  /no such rule among 2/,
)
test('rule: no such chain', fails, 'rule: {in: node/node1, chain: KUBE-SVC-X}', rules, /there is no chain KUBE-SVC-X/)
test(
  'rule: an empty chain',
  fails,
  'rule: {in: node/node1, chain: KUBE-MARK-DROP}',
  rules,
  /the chain KUBE-MARK-DROP is empty/,
)
test('rule: not, and it is not', passes, 'rule: {in: node/node1, chain: KUBE-SVC-X, not: true}', rules)
test(
  'rule: not, and yet it is',
  fails,
  'rule: {in: node/node1, chain: KUBE-SERVICES, not: true}',
  rules,
  /-A KUBE-SERVICES/,
)
test('rule: iptables-save fails, even negated', fails, 'rule: {in: node/master, contains: a, not: true}', rules, /no/)

const endpoints = {
  apiVersion: 'v1',
  kind: 'Endpoints',
  metadata: {name: 'kubia', namespace: 'default', labels: {'a.b/c': 'd'}},
  subsets: [{addresses: [{ip: '172.17.12.3'}, {ip: '172.17.13.2'}], ports: [{port: 8080}]}],
}
const world = {objects: [endpoints as KubeObject]}
const ofKubia = 'object: {of: endpoints/kubia'

test('object: it is there', passes, `${ofKubia}}`, world)
test('object: it is not', fails, 'object: {of: endpoints/web}', world, /there is no Endpoints web/)
test('object: not, and it is not', passes, 'object: {of: endpoints/web, not: true}', world)
test('object: a count', passes, `${ofKubia}, path: 'subsets[*].addresses[*].ip', count: 2}`, world)
test('object: the items of a list', passes, `${ofKubia}, path: 'subsets[0].addresses', count: 2}`, world)
test(
  'object: another count',
  fails,
  `${ofKubia}, path: 'subsets[*].addresses[*].ip', count: 3}`,
  world,
  /172\.17\.12\.3, 172\.17\.13\.2/,
)
test('object: a count of none', passes, `${ofKubia}, path: 'subsets[*].notReadyAddresses[*]', count: 0}`, world)
test('object: a value', passes, `${ofKubia}, path: 'subsets[0].ports[0].port', equals: 8080}`, world)
test('object: another value', fails, `${ofKubia}, path: 'subsets[0].ports[0].port', equals: 80}`, world, /8080/)
test('object: nothing there', fails, `${ofKubia}, path: status.ready, equals: 80}`, world, /nothing at status\.ready/)
test(
  'object: every value is like it',
  passes,
  `${ofKubia}, path: 'subsets[*].addresses[*].ip', matches: '^172\\.17\\.'}`,
  world,
)
test(
  'object: one value is not',
  fails,
  `${ofKubia}, path: 'subsets[*].addresses[*].ip', matches: '^172\\.17\\.12'}`,
  world,
  /172\.17\.13\.2/,
)
test('object: a label with dots', passes, `${ofKubia}, path: 'metadata.labels["a.b/c"]', equals: d}`, world)

const ready = 'pods: {selector: app=kubia, ready: 2}'
test('pods: so many are ready', passes, ready, {objects: [pod('a'), pod('b'), pod('c', {app: 'web'})]})
test(
  'pods: one is not',
  fails,
  ready,
  {objects: [pod('a'), pod('b', {ready: false})]},
  /a ready, b not ready \(Running\)/,
)
test('pods: one too many', fails, ready, {objects: [pod('a'), pod('b'), pod('c', {ready: false})]}, /c not ready/)
test('pods: one of them is on its way out', fails, ready, {objects: [pod('a'), leaving('b')]}, /^a ready$/)
test('pods: one more is on its way out', passes, ready, {objects: [pod('a'), pod('b'), leaving('c')]})
test('pods: none', fails, ready, {}, /no pod/)

function leaving(name: string): KubeObject {
  const object = pod(name)
  return {...object, metadata: {...object.metadata, deletionTimestamp: '2026-01-01T00:00:00Z'}}
}

const run = 'exec: {in: node/node1, run: ip route'
test('exec: code 0', passes, `${run}}`, {exec: () => 'default'})
test('exec: another code', fails, `${run}}`, {exec: () => ({code: 1, stderr: 'bad'})}, /code 1\nbad/)
test('exec: the code that is wanted', passes, `${run}, expect: {code: 1}}`, {exec: () => ({code: 1})})
test('exec: the output', passes, `${run}, expect: {equals: a b}}`, {exec: () => 'a b\n'})
test('exec: another output', fails, `${run}, expect: {equals: a b}}`, {exec: () => 'a b c\n'}, /a b c/)
test('exec: a part of it', passes, `${run}, expect: {contains: b}}`, {exec: () => 'a b c\n'})
test('exec: without the part', fails, `${run}, expect: {contains: d}}`, {exec: () => 'a b c\n'}, /a b c/)
test('exec: like an expression', passes, `${run}, expect: {matches: '^b$'}}`, {exec: () => 'a\nb\n'})
test('exec: not like it', fails, `${run}, expect: {matches: '^b$'}}`, {exec: () => 'ab\n'}, /ab/)
test('exec: not, and it is not', passes, `${run}, expect: {contains: d}, not: true}`, {exec: () => 'a'})
test('exec: not, and yet it is', fails, `${run}, expect: {contains: a}, not: true}`, {exec: () => 'a'}, /a/)
test('exec: killed', fails, `${run}}`, {exec: () => ({code: 124})}, /killed at its time limit, no output/)
test(
  'exec: not, because the program is missing',
  fails,
  `${run}, expect: {contains: a}, not: true}`,
  {exec: () => ({code: 127})},
  /code 127/,
)
