import test from 'ava'
import fc from 'fast-check'
import {judge} from '../../../src/exercise/reach/policy-judge.ts'
import type {NftTable} from '../../../src/kernel/nftables/table.ts'
import {policyPlans} from '../../../src/node/policy/plan.ts'
import {policyPods} from '../../../src/node/policy/policy-pod.ts'
import type {NetworkPolicy} from '../../../src/objects/network-policy.ts'
import type {Pod} from '../../../src/objects/pod.ts'
import {verdictOf} from './_evaluate.ts'
import {namespaces, nodes, podLists, policyLists} from './_worlds.ts'

type Tables = readonly (NftTable | undefined)[]

/** The tables that the nodes of a cluster have for one family. */
function tablesOf(policies: readonly NetworkPolicy[], pods: readonly Pod[], family: number): Tables {
  return nodes.map(nodeName => {
    const own = (pod: Pod) => (pod.spec.nodeName === nodeName ? addressesOf(pod) : undefined)
    return policyPlans({policies, namespaces, pods: policyPods(pods, {own})})[family]?.table
  })
}

function addressesOf({status}: Pod): readonly string[] {
  return (status?.podIPs ?? []).map(({ip}) => ip)
}

const calls = (['TCP', 'UDP', 'SCTP'] as const).flatMap(protocol =>
  [79, 80, 81, 90, 91].map(port => ({protocol, port})),
)
const outside = [
  ['10.0.20.99', '203.0.113.9'],
  ['fd00:10::99', '2001:db8::9'],
]

const hooks = ['forward', 'output'] as const

/** Where rules and meaning differ, in words. */
function differences(
  policies: readonly NetworkPolicy[],
  pods: readonly Pod[],
  {family, tables = tablesOf(policies, pods, family)}: {readonly family: number; readonly tables?: Tables},
): readonly string[] {
  const ends = [
    ...pods.map(pod => ({address: addressesOf(pod)[family] ?? '', pod, node: pod.spec.nodeName as string})),
    ...(outside[family] ?? []).map(address => ({address})),
  ]
  const found: string[] = []
  for (const from of ends)
    for (const to of ends)
      for (const {protocol, port} of calls) {
        const {allowed} = judge({from, to, protocol, port}, {policies, namespaces})
        const packet = {from: from.address, to: to.address, protocol: protocol.toLowerCase() as 'tcp', port}
        const passes = tables.every(table => hooks.every(hook => verdictOf(table, packet, hook) === 'accept'))
        if (allowed !== passes)
          found.push(`${from.address} to ${to.address}:${port}/${protocol}: ${allowed}, but ${passes}`)
      }
  return found
}

test('the rules of all nodes let through what policies allow, and nothing else', t => {
  fc.assert(
    fc.property(policyLists, podLists, (policies, pods) => {
      t.deepEqual(differences(policies, pods, {family: 0}), [])
      t.deepEqual(differences(policies, pods, {family: 1}), [])
    }),
    {numRuns: 250},
  )
})

test('rules that are not those of the policies are found out', t => {
  const [policies = []] = fc
    .sample(policyLists, {numRuns: 200, seed: 7})
    .filter(list => list.some(({spec}) => spec.ingress?.length === 0 && spec.policyTypes?.includes('Ingress')))
  const [pods = []] = fc.sample(podLists, {numRuns: 1, seed: 7})
  const everybody = policies.map(policy => ({...policy, spec: {podSelector: {}, policyTypes: ['Ingress'] as const}}))
  const home = pods.map(pod => ({
    ...pod,
    metadata: {...pod.metadata, namespace: policies[0]?.metadata.namespace ?? ''},
  }))
  for (const family of [0, 1]) {
    t.deepEqual(differences(everybody, home, {family}), [])
    t.not(differences(everybody, home, {family, tables: [undefined, undefined]}).length, 0)
  }
})
