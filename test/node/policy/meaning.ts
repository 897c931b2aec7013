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

/** The tables that the nodes of a cluster have for IPv4. */
function tablesOf(policies: readonly NetworkPolicy[], pods: readonly Pod[]): readonly (NftTable | undefined)[] {
  return nodes.map(nodeName => {
    const [plan] = policyPlans({
      policies,
      namespaces,
      pods: policyPods(pods, {own: pod => (pod.spec.nodeName === nodeName ? addressesOf(pod) : undefined)}),
    })
    return plan?.table
  })
}

function addressesOf({status}: Pod): readonly string[] {
  return status?.podIP ? [status.podIP] : []
}

const calls = (['TCP', 'UDP', 'SCTP'] as const).flatMap(protocol =>
  [79, 80, 81, 90, 91].map(port => ({protocol, port})),
)

/** Where rules and meaning differ, in words. */
function differences(policies: readonly NetworkPolicy[], pods: readonly Pod[], tables = tablesOf(policies, pods)) {
  const ends = [
    ...pods.map(pod => ({address: pod.status?.podIP ?? '', pod, node: pod.spec.nodeName as string})),
    {address: '10.0.20.99'},
    {address: '203.0.113.9'},
  ]
  const found: string[] = []
  for (const from of ends)
    for (const to of ends)
      for (const {protocol, port} of calls) {
        const {allowed} = judge({from, to, protocol, port}, {policies, namespaces})
        const packet = {from: from.address, to: to.address, protocol: protocol.toLowerCase() as 'tcp', port}
        const passes = tables.every(table => verdictOf(table, packet) === 'accept')
        if (allowed !== passes)
          found.push(`${from.address} to ${to.address}:${port}/${protocol}: ${allowed}, but ${passes}`)
      }
  return found
}

test('the rules of all nodes let through what policies allow, and nothing else', t => {
  fc.assert(
    fc.property(policyLists, podLists, (policies, pods) => {
      t.deepEqual(differences(policies, pods), [])
    }),
    {numRuns: 400},
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
  t.deepEqual(differences(everybody, home), [])
  t.not(differences(everybody, home, [undefined, undefined]).length, 0)
})
