import test from 'ava'
import type {NftTable} from '../../../src/kernel/nftables/table.ts'
import {policyPlans} from '../../../src/node/policy/plan.ts'
import {policyPods} from '../../../src/node/policy/policy-pod.ts'
import type {NetworkPolicy, NetworkPolicySpec} from '../../../src/objects/network-policy.ts'
import type {Pod} from '../../../src/objects/pod.ts'
import {namespaceOf, podAt, policyOf} from './_worlds.ts'

const web = podAt('web', {namespace: 'shop', labels: {app: 'web'}, ip: '172.17.12.2', ip6: 'fd00::2', http: 8080})
const api = podAt('api', {namespace: 'shop', labels: {app: 'api'}, node: 'node2', ip: '172.17.13.2', http: 80})
const root = podAt('root', {namespace: 'admin', node: 'node2', ip: '172.17.13.3'})
const namespaces = [namespaceOf('shop'), namespaceOf('admin', {team: 'ops'})]

function tables(
  policies: readonly NetworkPolicy[],
  pods: readonly Pod[] = [web, api, root],
  proxies: readonly string[] = [],
) {
  const own = ({spec, status}: Pod) =>
    spec.nodeName === 'node1' ? (status?.podIPs ?? []).map(({ip}) => ip) : undefined
  const [ip, ip6] = policyPlans({policies, namespaces, pods: policyPods(pods, {own}), proxies})
  return {ip: ip?.table, ip6: ip6?.table}
}

/** The rules of a chain that is not one of those that every table has. */
function rulesOf(table: NftTable | undefined, chain: string): readonly string[] | undefined {
  return table?.chains[chain]?.rules
}

const ingress = (rules: NonNullable<NetworkPolicySpec['ingress']>) => policyOf('one', 'shop', {ingress: rules})

test('a node without isolated pods has no table', t => {
  t.deepEqual(tables([]), {ip: undefined, ip6: undefined})
  t.deepEqual(tables([policyOf('one', 'admin', {})]), {ip: undefined, ip6: undefined}, 'its pods are elsewhere')
})

test('a pod that a policy isolates has a chain in each family, which ends in a drop', t => {
  const {ip, ip6} = tables([policyOf('deny', 'shop', {policyTypes: ['Ingress', 'Egress']})])
  t.deepEqual(ip?.maps['to-pods']?.elements, {'172.17.12.2': {value: 'goto to-shop/web'}})
  t.deepEqual(ip6?.maps['from-pods']?.elements, {'fd00::2': {value: 'goto from-shop/web'}})
  t.deepEqual(rulesOf(ip, 'to-shop/web'), ['jump ingress-shop/deny', 'counter drop'])
  t.deepEqual(rulesOf(ip, 'ingress-shop/deny'), [])
})

test('the last look of every hook is for the pod; replies, and a pod itself, pass before', t => {
  const {ip} = tables([ingress([])])
  t.deepEqual(ip?.chains['ingress-forward'], {
    base: {type: 'filter', hook: 'forward', priority: 20},
    rules: ['ct state established,related accept', 'ip saddr . ip daddr @itself accept', 'ip daddr vmap @to-pods'],
  })
  t.deepEqual(rulesOf(ip, 'egress-output'), [
    'ct state established,related accept',
    'fib saddr type local accept',
    'ip saddr . ip daddr @itself accept',
    'ip saddr vmap @from-pods',
  ])
})

test('what the userspace proxies of other nodes vouch for comes in; nothing else of those nodes does, and nothing goes out by it', t => {
  const {ip, ip6} = tables([policyOf('deny', 'shop', {policyTypes: ['Ingress', 'Egress']})], undefined, [
    '10.0.20.4',
    '172.17.13.0',
  ])
  t.deepEqual(ip?.sets.proxies?.elements, ['10.0.20.4', '172.17.13.0'])
  t.deepEqual(rulesOf(ip, 'ingress-forward')?.slice(-2), [
    'ip saddr @proxies ip dscp 0x03 accept',
    'ip daddr vmap @to-pods',
  ])
  const others = ['egress-forward', 'ingress-output', 'egress-output'].flatMap(chain => rulesOf(ip, chain) ?? [])
  t.notRegex(others.join(), /proxies/)
  t.is(ip6?.sets.proxies, undefined, 'the mode has no IPv6')
})

test('a peer is a set of addresses, and its comment says whose', t => {
  const {ip, ip6} = tables([
    ingress([{from: [{podSelector: {matchLabels: {app: 'api'}}}, {namespaceSelector: {matchLabels: {team: 'ops'}}}]}]),
  ])
  const [first = '', second = ''] = (rulesOf(ip, 'ingress-shop/one') ?? []).map(rule => /@(\S+)/.exec(rule)?.[1] ?? '')
  t.deepEqual(rulesOf(ip, 'ingress-shop/one'), [`ip saddr @${first} accept`, `ip saddr @${second} accept`])
  t.deepEqual(ip?.sets[first], {type: 'ipv4_addr', comment: 'app=api in namespace shop', elements: ['172.17.13.2']})
  t.deepEqual(ip?.sets[second], {
    type: 'ipv4_addr',
    comment: 'all pods in namespaces team=ops',
    elements: ['172.17.13.3'],
  })
  t.deepEqual(ip6?.sets[first]?.elements, [], 'api has no address of IPv6')
})

const says = test.macro({
  exec: (t, rule: NonNullable<NetworkPolicySpec['ingress']>[number], ...rules: readonly string[]) => {
    t.deepEqual(rulesOf(tables([ingress([rule])]).ip, 'ingress-shop/one'), rules)
  },
  title: (_, rule) => `${JSON.stringify(rule)} in nft's words`,
})

test(says, {}, 'accept')
test(says, {ports: [{port: 80}]}, 'tcp dport 80 accept')
test(says, {ports: [{port: 443}, {port: 80}, {port: 80}]}, 'tcp dport { 80, 443 } accept')
test(says, {ports: [{port: 80}, {port: 81, endPort: 90}, {port: 85}]}, 'tcp dport 80-90 accept')
test(says, {ports: [{protocol: 'UDP', port: 53}, {port: 53}]}, 'udp dport 53 accept', 'tcp dport 53 accept')
test(says, {ports: [{protocol: 'TCP'}, {port: 80}]}, 'meta l4proto tcp accept')
test(says, {ports: [{port: 'http'}]}, 'ip daddr . tcp dport @port-tcp-http accept')
test(says, {from: [{ipBlock: {cidr: '0.0.0.0/0'}}]}, 'accept')
test(says, {from: [{ipBlock: {cidr: '10.0.0.1/32'}}]}, 'ip saddr 10.0.0.1 accept')
test(says, {from: [{ipBlock: {cidr: 'fd00::/8'}}]})
test(
  says,
  {from: [{ipBlock: {cidr: '10.0.0.0/8', except: ['10.1.0.0/16', '10.2.0.0/16']}}], ports: [{port: 80}]},
  'ip saddr 10.0.0.0/8 ip saddr != 10.1.0.0/16 ip saddr != 10.2.0.0/16 tcp dport 80 accept',
)

test("a port's name is looked up in every pod that has one of that name", t => {
  const {ip} = tables([ingress([{ports: [{port: 'http'}]}])])
  t.deepEqual(ip?.sets['port-tcp-http']?.elements, ['172.17.12.2 . 8080', '172.17.13.2 . 80'])
})

test('policies that name the same peers share a set', t => {
  const from = [{podSelector: {matchLabels: {app: 'api'}}}]
  const {ip} = tables([ingress([{from}]), policyOf('two', 'shop', {ingress: [{from, ports: [{port: 80}]}]})])
  t.is(Object.keys(ip?.sets ?? {}).filter(name => name.startsWith('pods-')).length, 1)
})

test("a pod that has ended, and one in its node's network, is nobody's peer and not isolated", t => {
  const ended: Pod = {...api, status: {...api.status, phase: 'Succeeded'}}
  const hosted: Pod = {...web, spec: {...web.spec, hostNetwork: true}}
  const policies = [ingress([{from: [{podSelector: {}}]}])]
  const {ip} = tables(policies, [web, ended])
  t.deepEqual(Object.values(ip?.sets ?? {}).find(({comment}) => comment?.startsWith('all pods'))?.elements, [
    '172.17.12.2',
  ])
  t.is(tables(policies, [hosted, api]).ip, undefined)
})

test('names and comments that are too long for nftables are cut, and still told apart', t => {
  const long = (end: string) => policyOf(`${'n'.repeat(240)}${end}`, 'shop', {ingress: [{from: [{podSelector: many}]}]})
  const many = {matchLabels: Object.fromEntries(Array.from({length: 9}, (_, at) => [`label-${at}`, 'v'.repeat(40)]))}
  const {ip} = tables([long('a'), long('b')])
  const chains = Object.keys(ip?.chains ?? {}).filter(name => name.startsWith('ingress-shop/'))
  t.is(new Set(chains).size, 2)
  t.true(chains.every(name => name.length === 240))
  t.true(Object.values(ip?.sets ?? {}).every(({comment = ''}) => comment.length <= 120))
})
