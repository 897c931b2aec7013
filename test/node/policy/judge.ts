import test from 'ava'
import fc from 'fast-check'
import {judge as independent} from '../../../src/exercise/reach/policy-judge.ts'
import {policyJudge} from '../../../src/node/policy/judge.ts'
import {policyPlans} from '../../../src/node/policy/plan.ts'
import {policyPods} from '../../../src/node/policy/policy-pod.ts'
import type {NetworkPolicy} from '../../../src/objects/network-policy.ts'
import type {Pod} from '../../../src/objects/pod.ts'
import {verdictOf} from './_evaluate.ts'
import {namespaceOf, namespaces, nodes, podAt, podLists, policyLists, policyOf} from './_worlds.ts'

const addressesOf = ({status}: Pod) => (status?.podIPs ?? []).map(({ip}) => ip)

/* As node1 sees the cluster, or another node. */
const viewOf = (policies: readonly NetworkPolicy[], pods: readonly Pod[], node = 'node1') => ({
  ...{policies, namespaces},
  pods: policyPods(pods, {own: pod => (pod.spec.nodeName === node ? addressesOf(pod) : undefined)}),
})

const outside = [
  ['10.0.20.99', '203.0.113.9'],
  ['fd00:10::99', '2001:db8::9'],
]
const ports = (['TCP', 'UDP', 'SCTP'] as const).flatMap(protocol =>
  [79, 80, 81, 90, 91].map(port => ({protocol, port})),
)

type Allows = ReturnType<typeof policyJudge>

/** Where a judge says otherwise than the tables of all nodes, or than what policies mean, in words. */
function differences(policies: readonly NetworkPolicy[], pods: readonly Pod[], allows: Allows): readonly string[] {
  return [0, 1].flatMap(family => {
    const tables = nodes.map(node => policyPlans(viewOf(policies, pods, node))[family]?.table)
    return callsIn(pods, family).flatMap(({from, to, protocol, port}) => {
      const packet = {from: from.address, to: to.address, protocol: protocol.toLowerCase() as 'tcp', port}
      const said = {
        judge: allows({from: from.address, to: to.address, protocol, port}),
        tables: tables.every(table => verdictOf(table, packet) === 'accept'),
        meaning: independent({from, to, protocol, port}, {policies, namespaces}).allowed,
      }
      const isOne = new Set(Object.values(said)).size === 1
      return isOne ? [] : [`${from.address} to ${to.address}:${port}/${protocol}: ${JSON.stringify(said)}`]
    })
  })
}

function callsIn(pods: readonly Pod[], family: number) {
  const ends = [
    ...pods.flatMap(pod => {
      const address = addressesOf(pod)[family]
      return address === undefined ? [] : [{address, pod, node: pod.spec.nodeName as string}]
    }),
    ...(outside[family] ?? []).map(address => ({address})),
  ]
  return ends.flatMap(from => ends.flatMap(to => ports.map(place => ({from, to, ...place}))))
}

test('the judge says what the tables of all nodes say, and what policies mean', t => {
  fc.assert(
    fc.property(policyLists, podLists, fc.constantFrom(...nodes), (policies, pods, node) => {
      t.deepEqual(differences(policies, pods, policyJudge(viewOf(policies, pods, node))), [])
    }),
    {numRuns: 200},
  )
})

const web = podAt('web', {namespace: 'shop', labels: {app: 'web'}, ip: '172.17.12.2', http: 80})
const db = podAt('db', {namespace: 'shop', labels: {app: 'db'}, node: 'node2', ip: '172.17.13.2'})
const [deny] = [policyOf('deny', 'shop', {})]

test('a judge that knows other policies is found out', t => {
  t.deepEqual(differences([deny], [web, db], policyJudge(viewOf([deny], [web, db]))), [])
  t.not(differences([deny], [web, db], policyJudge(viewOf([], [web, db]))).length, 0)
  const toDb = policyOf('deny', 'shop', {podSelector: {matchLabels: {app: 'db'}}})
  t.not(differences([deny], [web, db], policyJudge(viewOf([toDb], [web, db]))).length, 0)
})

test('pods of any node are isolated, but not from themselves', t => {
  const allows = policyJudge(viewOf([deny], [web, db]))
  const call = (from: string, to: string) => allows({from, to, protocol: 'TCP', port: 80})
  t.false(call('172.17.12.2', '172.17.13.2'))
  t.false(call('172.17.13.2', '172.17.12.2'))
  t.true(call('172.17.13.2', '172.17.13.2'))
  t.true(call('172.17.13.2', '203.0.113.9'))
})

test('a call asks the rules of its two pods alone, however many others there are', t => {
  const many = Array.from({length: 2000}, (_, at) =>
    podAt(`pod-${at}`, {namespace: 'other', labels: {app: `a${at}`}, ip: `172.18.${at >> 8}.${at & 255}`}),
  )
  let looks = 0
  const watched = (policy: NetworkPolicy): NetworkPolicy => ({
    ...policy,
    get spec() {
      looks++
      return policy.spec
    },
  })
  const policies = many.map((_, at) =>
    watched(policyOf(`p${at}`, 'other', {podSelector: {matchLabels: {app: `a${at}`}}, ingress: [{from: []}]})),
  )
  const allows = policyJudge({
    policies: [...policies, deny],
    namespaces: [...namespaces, namespaceOf('more')],
    pods: policyPods([...many, web, db], {own: () => undefined}),
  })
  t.is(looks, 0)
  t.false(allows({from: '172.17.13.2', to: '172.17.12.2', protocol: 'TCP', port: 80}))
  t.is(looks, 0, 'policies of other namespaces are not asked')
  const call = {from: '172.17.13.2', to: '172.18.0.7', protocol: 'TCP', port: 80} as const
  t.true(allows(call))
  const once = looks
  for (let again = 0; again < 100; again++) t.true(allows(call))
  t.is(looks, once, 'and those of a pod once')
})
