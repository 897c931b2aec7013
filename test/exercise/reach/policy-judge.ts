import test from 'ava'
import {type Attempt, judge, type Party} from '../../../src/exercise/reach/policy-judge.ts'
import type {NetworkPolicy, NetworkPolicySpec} from '../../../src/objects/network-policy.ts'
import {namespaceOf, podAt, policyOf} from '../../node/policy/_worlds.ts'

/* The examples of the Kubernetes documentation, in small. */

const namespaces = [namespaceOf('default'), namespaceOf('shop', {team: 'a'})]
const at = (name: string, namespace: string, labels = {}, node = 'node1'): Party => {
  const ip = `172.17.${node === 'node1' ? 12 : 13}.${name.length + 1}`
  return {address: ip, pod: podAt(name, {namespace, labels, node, ip, http: 8080}), node}
}
const db = at('db', 'default', {role: 'db'})
const web = at('web', 'default', {role: 'frontend'}, 'node2')
const shop = at('shop', 'shop', {role: 'frontend'})
const outside: Party = {address: '203.0.113.9'}
const node1: Party = {address: '10.0.20.4', node: 'node1'}
const node2: Party = {address: '10.0.20.11', node: 'node2'}

type Row = Partial<Attempt> & {readonly spec: Partial<NetworkPolicySpec>}

const allows = test.macro({
  exec: (t, allowed: boolean, {spec, ...attempt}: Row, more: readonly NetworkPolicy[] = []) => {
    const policies = [policyOf('one', 'default', spec), ...more]
    const found = judge({from: web, to: db, protocol: 'TCP', port: 8080, ...attempt}, {policies, namespaces})
    t.is(found.allowed, allowed)
    t.is(found.denied.length === 0, allowed)
  },
  title: title => title ?? '',
})

const yes = true
const no = false
const denyAll = {policyTypes: ['Ingress', 'Egress']} as const
const byRole = {from: [{podSelector: {matchLabels: {role: 'frontend'}}}]}

test('a policy without rules lets nobody in', allows, no, {spec: {}})
test('an empty list of rules is no rule', allows, no, {spec: {ingress: []}})
test('one empty rule lets everybody in', allows, yes, {spec: {ingress: [{}]}, from: outside})
test('an empty list of peers is everybody', allows, yes, {spec: {ingress: [{from: []}]}, from: outside})
test('a pod that no policy selects is open', allows, yes, {spec: {podSelector: {matchLabels: {role: 'x'}}}})
test('a policy for ingress leaves egress open', allows, yes, {spec: {}, from: db, to: outside})
test('egress rules make a policy for egress, too', allows, no, {
  spec: {egress: [{to: [{podSelector: {}}]}]},
  from: db,
  to: outside,
})
test('a peer is of the own namespace', allows, no, {spec: {ingress: [byRole]}, from: shop})
test('labels let in', allows, yes, {spec: {ingress: [byRole]}})
test('a namespace lets in all its pods', allows, yes, {
  spec: {ingress: [{from: [{namespaceSelector: {matchLabels: {team: 'a'}}}]}]},
  from: shop,
})
test('of one peer both must be met', allows, no, {
  spec: {ingress: [{from: [{namespaceSelector: {matchLabels: {team: 'a'}}, podSelector: {matchLabels: {role: 'x'}}}]}]},
  from: shop,
})
test('of two peers one is enough', allows, yes, {
  spec: {
    ingress: [{from: [{namespaceSelector: {matchLabels: {team: 'a'}}}, {podSelector: {matchLabels: {role: 'x'}}}]}],
  },
  from: shop,
})
test('every namespace has its name for a label', allows, yes, {
  spec: {ingress: [{from: [{namespaceSelector: {matchLabels: {'kubernetes.io/metadata.name': 'shop'}}}]}]},
  from: shop,
})
test('policies add up', allows, yes, {spec: denyAll}, [
  policyOf('two', 'default', {podSelector: {matchLabels: {role: 'db'}}, ingress: [byRole]}),
  policyOf('three', 'default', {podSelector: {matchLabels: {role: 'frontend'}}, egress: [{}], policyTypes: ['Egress']}),
])
test('both ends must allow it', allows, no, {spec: {podSelector: {matchLabels: {role: 'db'}}, ingress: [byRole]}}, [
  policyOf('two', 'default', {podSelector: {matchLabels: {role: 'frontend'}}, policyTypes: ['Egress']}),
])
test('a block of addresses lets in', allows, yes, {
  spec: {ingress: [{from: [{ipBlock: {cidr: '203.0.113.0/24'}}]}]},
  from: outside,
})
test('but not its exceptions', allows, no, {
  spec: {ingress: [{from: [{ipBlock: {cidr: '203.0.113.0/24', except: ['203.0.113.8/30']}}]}]},
  from: outside,
})
test('another protocol at the same port is another thing', allows, no, {
  spec: {ingress: [{ports: [{protocol: 'TCP', port: 8080}]}]},
  protocol: 'UDP',
})
test('a policy that names SCTP alone isolates from TCP, too', allows, no, {
  spec: {ingress: [{ports: [{protocol: 'SCTP', port: 8080}]}]},
})
test('TCP is meant where no protocol is said', allows, yes, {spec: {ingress: [{ports: [{port: 8080}]}]}})
test('a protocol without a port is all its ports', allows, yes, {spec: {ingress: [{ports: [{protocol: 'TCP'}]}]}})
test('a range has its last port', allows, yes, {spec: {ingress: [{ports: [{port: 8000, endPort: 8080}]}]}})
test('and none after it', allows, no, {spec: {ingress: [{ports: [{port: 8000, endPort: 8079}]}]}})
test("a port's name is looked up in the pod that is called", allows, yes, {
  spec: {ingress: [{ports: [{port: 'http'}]}]},
})
test('also for egress', allows, yes, {
  spec: {podSelector: {matchLabels: {role: 'frontend'}}, policyTypes: ['Egress'], egress: [{ports: [{port: 'http'}]}]},
})
test('a name that the pod does not have is no port', allows, no, {spec: {ingress: [{ports: [{port: 'https'}]}]}})
test("a pod's own node is always let in", allows, yes, {spec: {}, from: node1})
test('another node is not', allows, no, {spec: {}, from: node2})
test('no label lets a node in', allows, no, {spec: {ingress: [{from: [{namespaceSelector: {}}]}]}, from: node2})
test('a pod always reaches its own node', allows, yes, {spec: denyAll, from: db, to: node1})
test('but not another', allows, no, {spec: denyAll, from: db, to: node2})
test('a pod always reaches itself', allows, yes, {spec: denyAll, from: db, to: db})

test('who refuses is named, with the policies that isolate it', t => {
  const policies = [policyOf('deny', 'default', denyAll)]
  t.deepEqual(judge({from: web, to: db, protocol: 'TCP', port: 80}, {policies, namespaces}), {
    allowed: false,
    denied: ['default/web egress (default/deny)', 'default/db ingress (default/deny)'],
  })
})
