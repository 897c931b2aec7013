import test from 'ava'
import type {RulesPlan} from '../../src/kernel/ruleset.ts'
import {emptyNetns, type Link} from '../../src/kernel/state.ts'
import {parseCidr} from '../../src/net/cidr.ts'
import {type Contribution, joinContributions} from '../../src/node/plan.ts'
import {PlanError} from '../../src/node/plan-error.ts'

const bridge = (name: string): Link => ({name, kind: {type: 'bridge'}, up: true, mtu: 1500})
const rulesOf = (owner: string): RulesPlan => ({backend: 'iptables', owner, prefixes: [], tables: {}})

test('nothing joined is an empty plan', t => {
  t.deepEqual(joinContributions([]), {state: emptyNetns, rules: [], files: {}, daemons: [], notes: []})
})

test('what the components want stands in their order', t => {
  const docker: Contribution = {
    state: {links: [bridge('docker0')], addresses: [{link: 'docker0', address: parseCidr('172.17.13.1/24')}]},
    rules: [rulesOf('docker')],
  }
  const flannel: Contribution = {
    state: {links: [bridge('flannel.1')], sysctls: {'net.ipv4.ip_forward': '1'}},
    rules: [rulesOf('flannel')],
    files: {'/run/flannel/subnet.env': 'FLANNEL_MTU=1450\n'},
  }
  const {state, rules, files} = joinContributions([docker, flannel])
  t.deepEqual(
    state.links.map(({name}) => name),
    ['docker0', 'flannel.1'],
  )
  t.is(state.addresses.length, 1)
  t.deepEqual(
    rules.map(({owner}) => owner),
    ['docker', 'flannel'],
  )
  t.deepEqual(files, {'/run/flannel/subnet.env': 'FLANNEL_MTU=1450\n'})
})

test('two components may want the same sysctl', t => {
  const forward = {state: {sysctls: {'net.ipv4.ip_forward': '1'}}}
  t.deepEqual(joinContributions([forward, forward]).state.sysctls, {'net.ipv4.ip_forward': '1'})
})

const refuses = test.macro((t, parts: Contribution[], message: string) => {
  t.is(t.throws(() => joinContributions(parts), {instanceOf: PlanError}).message, message)
})

test(
  'not with different values',
  refuses,
  [{state: {sysctls: {'net.ipv4.ip_forward': '1'}}}, {state: {sysctls: {'net.ipv4.ip_forward': '0'}}}],
  'two components want the sysctl net.ipv4.ip_forward to be "1" and "0"',
)
test(
  'not the same link',
  refuses,
  [{state: {links: [bridge('docker0')]}}, {state: {links: [bridge('docker0')]}}],
  'two components make the link docker0',
)
test(
  'not the same file with different text',
  refuses,
  [{files: {'/run/a': 'x'}}, {files: {'/run/a': 'y'}}],
  'two components want the file /run/a to be "x" and "y"',
)
test(
  'not rules under one owner',
  refuses,
  [{rules: [rulesOf('flannel')]}, {rules: [rulesOf('flannel')]}],
  'two plans of rules are owned by flannel',
)
