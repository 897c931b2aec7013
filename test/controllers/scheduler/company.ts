import test from 'ava'
import {explanation} from '../../../src/controllers/scheduler/explanation.ts'
import {place} from '../../../src/controllers/scheduler/placing.ts'
import type {Affinity, PodAffinityTerm} from '../../../src/objects/affinity.ts'
import type {Node} from '../../../src/objects/node.ts'
import type {Pod} from '../../../src/objects/pod.ts'
import type {TopologySpread} from '../../../src/objects/topology-spread.ts'
import {sampleNamespace, sampleNode, samplePod} from '../../objects/_samples.ts'
import {viewOf} from '../_world.ts'

/*
 *   zone a: a1  a2     zone b: b1     without a zone: lost
 */
const host = 'kubernetes.io/hostname'
const zone = 'topology.kubernetes.io/zone'
const at = (name: string, place?: string): Node => ({
  ...sampleNode(name),
  metadata: {name, labels: {[host]: name, ...(place && {[zone]: place})}},
})
const nodes = [at('a1', 'a'), at('a2', 'a'), at('b1', 'b')]
const lost = at('lost')

const decides = test.macro({
  exec: (t, _title: string, expected: string, pod: Pod, others: readonly Pod[], among: readonly Node[] = nodes) => {
    const view = viewOf(pod, ...among, ...others, sampleNamespace('default'), sampleNamespace('other'))
    const placing = place({pod, nodes: among, view})
    t.is('node' in placing ? placing.node.metadata.name : explanation(pod, placing.refusals), expected)
  },
  title: (_, title) => `${title}`,
})

const app = (name: string) => ({labelSelector: {matchLabels: {app: name}}})
const must = (...terms: readonly PodAffinityTerm[]) => ({requiredDuringSchedulingIgnoredDuringExecution: terms})
const may = (weight: number, podAffinityTerm: PodAffinityTerm) => ({
  preferredDuringSchedulingIgnoredDuringExecution: [{weight, podAffinityTerm}],
})
const pod = (name: string, affinity: Affinity = {}, nodeName?: string): Pod =>
  samplePod(name, {labels: {app: name}, spec: {affinity, ...(nodeName && {nodeName})}})
const on = (nodeName: string, name: string) => pod(name, {}, nodeName)
const none = (count: number, why: string, helpless: string) =>
  `0/${count} nodes are available: ${why}. preemption: 0/${count} nodes are available: ${helpless}.`

test(
  decides,
  'a pod goes beside those that it must be with',
  'b1',
  pod('web', {podAffinity: must({...app('db'), topologyKey: host})}),
  [on('b1', 'db')],
)
test(
  decides,
  'beside means in the same place, which may be many nodes',
  'a2',
  pod('web', {podAffinity: must({...app('db'), topologyKey: zone})}),
  [on('a1', 'db')],
)
test(
  decides,
  'without the others there is no place beside them',
  none(3, "3 node(s) didn't match pod affinity rules", '3 Preemption is not helpful for scheduling'),
  pod('web', {podAffinity: must({...app('db'), topologyKey: host})}),
  [on('b1', 'cache')],
)
test(
  decides,
  'the first of those that want to be together may go anywhere',
  'a1',
  pod('web', {podAffinity: must({...app('web'), topologyKey: host})}),
  [],
)
test(
  decides,
  'but only where there is such a place',
  none(1, "1 node(s) didn't match pod affinity rules", '1 Preemption is not helpful for scheduling'),
  pod('web', {podAffinity: must({...app('web'), topologyKey: zone})}),
  [],
  [lost],
)
test(
  decides,
  'pods of another namespace are no company',
  none(3, "3 node(s) didn't match pod affinity rules", '3 Preemption is not helpful for scheduling'),
  pod('web', {podAffinity: must({...app('db'), topologyKey: host})}),
  [{...on('b1', 'db'), metadata: {name: 'db', namespace: 'other', labels: {app: 'db'}}}],
)
test(
  decides,
  'unless the term names it or selects it',
  'b1',
  pod('web', {podAffinity: must({...app('db'), topologyKey: host, namespaceSelector: {}})}),
  [{...on('b1', 'db'), metadata: {name: 'db', namespace: 'other', labels: {app: 'db'}}}],
)
test(
  decides,
  'a pod keeps away from those that it must not be with',
  'b1',
  pod('web', {podAntiAffinity: must({...app('web'), topologyKey: zone})}),
  [on('a2', 'web')],
)
test(
  decides,
  'where they are everywhere it waits',
  none(3, "3 node(s) didn't match pod anti-affinity rules", '3 No preemption victims found for incoming pod'),
  pod('web', {podAntiAffinity: must({...app('web'), topologyKey: host})}),
  [
    on('a1', 'web'),
    {...on('a2', 'web'), metadata: {name: 'w2', namespace: 'default', labels: {app: 'web'}}},
    {...on('b1', 'web'), metadata: {name: 'w3', namespace: 'default', labels: {app: 'web'}}},
  ],
)
test(
  decides,
  'those that are there may refuse the new one',
  none(
    3,
    "3 node(s) didn't satisfy existing pods anti-affinity rules",
    '3 No preemption victims found for incoming pod',
  ),
  pod('web'),
  [
    pod('shy', {podAntiAffinity: must({...app('web'), topologyKey: zone})}, 'a1'),
    pod('shy2', {podAntiAffinity: must({...app('web'), topologyKey: zone})}, 'b1'),
  ],
)
test(
  decides,
  'a term without a selector means nobody',
  'a1',
  pod('web', {podAntiAffinity: must({topologyKey: host})}),
  [],
)
test(
  decides,
  'labels that must be shared narrow the company',
  'a1',
  pod('web', {podAntiAffinity: must({labelSelector: {}, topologyKey: host, matchLabelKeys: ['app']})}),
  [
    on('a1', 'db'),
    on('a2', 'db2'),
    {...on('b1', 'x'), metadata: {name: 'x', namespace: 'default', labels: {app: 'web'}}},
  ],
)
test(
  decides,
  'company that is only liked decides among nodes that fit',
  'b1',
  pod('web', {podAffinity: may(1, {...app('db'), topologyKey: host})}),
  [on('b1', 'db'), on('b1', 'c')],
)
test(
  decides,
  'company that is disliked does so too',
  'a2',
  pod('web', {podAntiAffinity: may(100, {...app('db'), topologyKey: host})}),
  [on('a1', 'db'), on('b1', 'db'), on('a2', 'x'), on('a2', 'y')].map((one, index) => ({
    ...one,
    metadata: {...one.metadata, name: `${index}`},
  })),
)

const spread = (constraint: Partial<TopologySpread>): Pod => {
  const whole = {
    maxSkew: 1,
    topologyKey: zone,
    whenUnsatisfiable: 'DoNotSchedule',
    ...app('web'),
    ...constraint,
  } as const
  return samplePod('web', {labels: {app: 'web'}, spec: {topologySpreadConstraints: [whole]}})
}
const webs = (...places: readonly string[]) =>
  places.map((nodeName, index) => samplePod(`w${index}`, {labels: {app: 'web'}, spec: {nodeName}}))
const skewed = "node(s) didn't match pod topology spread constraints"

test(decides, 'pods are spread over places as evenly as is asked', 'b1', spread({}), webs('a1'))
test(decides, 'a greater skew lets a place have more', 'a2', spread({maxSkew: 2}), [...webs('a1'), on('b1', 'x')])
test(
  decides,
  'a full place and a node without a place are told apart',
  none(
    3,
    `1 ${skewed}, 1 ${skewed} (missing required label), 1 node(s) were unschedulable`,
    '1 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling',
  ),
  spread({}),
  webs('a1'),
  [at('a1', 'a'), {...at('b1', 'b'), spec: {unschedulable: true}}, lost],
)
test(
  decides,
  'with fewer places than there should be, the fewest is none',
  none(3, `3 ${skewed}`, '3 No preemption victims found for incoming pod'),
  spread({minDomains: 3}),
  webs('a1', 'b1'),
)
test(
  decides,
  'a place where the pod may not go does not count',
  'a1',
  {...spread({}), spec: {...spread({}).spec, nodeSelector: {[zone]: 'a'}}},
  [...webs('a1', 'a1'), on('a2', 'x'), on('a2', 'y'), on('a2', 'z')],
)
test(
  decides,
  'unless the constraint says that it does',
  none(
    3,
    `1 node(s) didn't match Pod's node affinity/selector, 2 ${skewed}`,
    '1 Preemption is not helpful for scheduling, 2 No preemption victims found for incoming pod',
  ),
  {
    ...spread({nodeAffinityPolicy: 'Ignore'}),
    spec: {...spread({nodeAffinityPolicy: 'Ignore'}).spec, nodeSelector: {[zone]: 'a'}},
  },
  webs('a1', 'a1'),
)
test(
  decides,
  'pods that go away take no place',
  'a2',
  spread({}),
  webs('a1').map(one => ({...one, metadata: {...one.metadata, deletionTimestamp: '2025-01-01T00:00:30Z'}})),
)
test(
  decides,
  'a constraint that need not be kept is kept where it can be',
  'b1',
  spread({whenUnsatisfiable: 'ScheduleAnyway'}),
  [...webs('a1', 'a1', 'b1'), on('b1', 'x'), on('b1', 'y')],
)
