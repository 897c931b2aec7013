import test from 'ava'
import {scheduler} from '../../../src/controllers/scheduler/scheduler.ts'
import type {Node} from '../../../src/objects/node.ts'
import type {Pod} from '../../../src/objects/pod.ts'
import {sampleNode, samplePod} from '../../objects/_samples.ts'
import {context, runningWorld, viewOf} from '../_world.ts'

/** Where the scheduler puts a pod, or why it cannot. */
function decision(pod: Pod, nodes: readonly Node[], others: readonly Pod[] = []): string | undefined {
  const [write] = scheduler.reconcile({...pod.metadata, kind: 'Pod'}, viewOf(pod, ...nodes, ...others), context)
  const placed = write?.object as Pod | undefined
  return placed?.spec.nodeName ?? placed?.status?.conditions?.find(({type}) => type === 'PodScheduled')?.message
}

const decides = test.macro({
  exec: (
    t,
    _title: string,
    expected: string | undefined,
    pod: Pod,
    nodes: readonly Node[],
    others: readonly Pod[] = [],
  ) => t.is(decision(pod, nodes, others), expected),
  title: (_, title) => `${title}`,
})

const on = (nodeName: string, name: string) => samplePod(name, {spec: {nodeName}})
const taint = {key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule'} as const
const master = sampleNode('master')
const node1 = sampleNode('node1')
const tainted = sampleNode('master', {taints: [taint]})
const helpless = (count: number) =>
  ` preemption: 0/${count} nodes are available: ${count} Preemption is not helpful for scheduling.`
const noVictims = (count: number) =>
  ` preemption: 0/${count} nodes are available: ${count} No preemption victims found for incoming pod.`

test(
  decides,
  'the node with the fewest pods gets the pod',
  'node1',
  samplePod('a'),
  [master, node1],
  [on('master', 'b')],
)
test(decides, 'among equals the first by name', 'master', samplePod('a'), [node1, master])
test(
  decides,
  'a pod that has run to its end is no load',
  'master',
  samplePod('a'),
  [master, node1],
  [{...on('master', 'b'), status: {phase: 'Succeeded'}}, on('node1', 'c')],
)
test(decides, 'a pod with a node stays there', undefined, samplePod('a', {spec: {nodeName: 'gone'}}), [master])
test(decides, 'a nodeSelector is honoured', 'node1', samplePod('a', {spec: {nodeSelector: {disk: 'ssd'}}}), [
  master,
  {...node1, metadata: {name: 'node1', labels: {disk: 'ssd'}}},
])
test(decides, 'a tainted node is left out', 'node1', samplePod('a'), [tainted, node1], [on('node1', 'b')])
const listening = (name: string, port: number, nodeName?: string) => {
  const containers = [{name: 'main', image: 'i', ports: [{containerPort: port, hostPort: port}]}]
  return samplePod(name, {spec: {hostNetwork: true, containers, ...(nodeName && {nodeName})}})
}
test(
  decides,
  'a node where the port is free is chosen',
  'node1',
  listening('a', 80),
  [master, node1],
  [listening('b', 80, 'master'), on('node1', 'c'), on('node1', 'd')],
)
test(
  decides,
  'a port that is taken everywhere is said',
  `0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.${noVictims(1)}`,
  listening('a', 80),
  [master],
  [listening('b', 80, 'master')],
)
test(decides, 'another port is free', 'master', listening('a', 81), [master], [listening('b', 80, 'master')])
test(
  decides,
  'a toleration lets it in',
  'master',
  samplePod('a', {spec: {tolerations: [{key: taint.key, operator: 'Exists'}]}}),
  [tainted],
)
test(
  decides,
  'an unwelcome taint only makes a node the last choice',
  'node1',
  samplePod('a'),
  [sampleNode('master', {taints: [{key: 'k', effect: 'PreferNoSchedule'}]}), node1],
  [on('node1', 'b')],
)
test(decides, 'without nodes nothing can be scheduled', 'no nodes available to schedule pods', samplePod('a'), [])
test(
  decides,
  'the reasons of all nodes are counted',
  `0/3 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 1 node(s) were unschedulable.${helpless(3)}`,
  samplePod('a', {spec: {nodeSelector: {disk: 'ssd'}}}),
  [tainted, node1, sampleNode('node2', {unschedulable: true})],
)
test(
  decides,
  'a node that is not ready takes nothing',
  `0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }.${helpless(1)}`,
  samplePod('a'),
  [{...master, status: {conditions: [{type: 'Ready', status: 'False'}]}}],
)
test(
  decides,
  'a full node takes no more',
  '0/1 nodes are available: 1 Too many pods. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.',
  samplePod('a'),
  [{...master, status: {allocatable: {pods: '1'}}}],
  [on('master', 'b')],
)

const asking = (name: string, requests: Record<string, string>, nodeName?: string) => {
  const containers = [{name: 'main', image: 'i', resources: {requests}}]
  return samplePod(name, {spec: {containers, ...(nodeName && {nodeName})}})
}
const sized = (name: string, allocatable: Record<string, string>): Node => ({
  ...sampleNode(name),
  status: {allocatable: {pods: '110', ...allocatable}},
})
const small = sized('small', {cpu: '1', memory: '1Gi'})
test(
  decides,
  'what is asked for counts, and all that is short is said',
  `0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient memory.${noVictims(1)}`,
  asking('a', {cpu: '500m', memory: '600Mi'}),
  [small],
  [asking('b', {cpu: '501m', memory: '600Mi'}, 'small')],
)
test(
  decides,
  'a node is filled to the last thousandth of a cpu',
  'small',
  asking('a', {cpu: '0.3'}),
  [small],
  [asking('b', {cpu: '0.1'}, 'small'), asking('c', {cpu: '0.6'}, 'small')],
)
test(
  decides,
  'pods that have run to their end ask for nothing',
  'small',
  asking('a', {cpu: '1'}),
  [small],
  [{...asking('b', {cpu: '1'}, 'small'), status: {phase: 'Failed'}}],
)
test(
  decides,
  'of init containers the hungriest counts, beside the sum of the others',
  `0/1 nodes are available: 1 Insufficient cpu.${noVictims(1)}`,
  samplePod('a', {
    spec: {
      initContainers: [{name: 'init', image: 'i', resources: {requests: {cpu: '1100m'}}}],
      containers: [{name: 'main', image: 'i', resources: {requests: {cpu: '100m'}}}],
    },
  }),
  [small],
)
test(
  decides,
  'a resource that a node does not name is not there',
  `0/1 nodes are available: 1 Insufficient example.com/gpu.${noVictims(1)}`,
  asking('a', {'example.com/gpu': '1'}),
  [small],
)
test(
  decides,
  'the node with more room gets the pod, though it has more pods',
  'large',
  asking('a', {cpu: '100m'}),
  [small, sized('large', {cpu: '8', memory: '16Gi'})],
  [on('large', 'b')],
)
test(
  decides,
  'nodes that the pod likes better come first',
  'node1',
  samplePod('a', {
    spec: {
      affinity: {
        nodeAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            {weight: 1, preference: {matchExpressions: [{key: 'disk', operator: 'In', values: ['ssd']}]}},
          ],
        },
      },
    },
  }),
  [master, {...node1, metadata: {name: 'node1', labels: {disk: 'ssd'}}}],
  [on('node1', 'b')],
)
const named = (...terms: readonly string[][]): Pod => {
  const nodeSelectorTerms = terms.map(values => ({
    matchFields: [{key: 'metadata.name', operator: 'In' as const, values}],
  }))
  return samplePod('a', {
    spec: {affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms}}}},
  })
}
test(decides, 'a pod that names its node gets it', 'node1', named(['node1']), [master, node1], [on('node1', 'b')])
test(
  decides,
  'other nodes are not even asked, whatever they would say',
  `0/3 nodes are available: 1 node(s) were unschedulable, 2 node(s) didn't satisfy plugin(s) [NodeAffinity].${helpless(3)}`,
  named(['node1'], ['gone']),
  [tainted, sampleNode('node1', {unschedulable: true}), sampleNode('node2', {unschedulable: true})],
)
test(
  decides,
  'a pod that will not push others away says so',
  '0/1 nodes are available: 1 Insufficient cpu. preemption: not eligible due to preemptionPolicy=Never.',
  {...asking('a', {cpu: '2'}), spec: {...asking('a', {cpu: '2'}).spec, preemptionPolicy: 'Never'}},
  [small],
)
const owned = (name: string, nodeName?: string): Pod => {
  const owner = {apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'rs', controller: true}
  const pod = samplePod(name, nodeName ? {spec: {nodeName}} : {})
  return {...pod, metadata: {...pod.metadata, ownerReferences: [owner]}}
}
test(
  decides,
  'the pods of a replica set are spread, though another node has fewer pods',
  'node1',
  owned('a'),
  [master, node1],
  [owned('b', 'master'), on('node1', 'c'), on('node1', 'd')],
)

test('a refusal is written once, and told again after five minutes', t => {
  const pod = samplePod('a', {uid: 'a'})
  const key = {...pod.metadata, kind: 'Pod'} as const
  const [update, event] = scheduler.reconcile(key, viewOf(pod), context)
  t.like(update?.object, {
    status: {
      conditions: [
        {type: 'PodScheduled', status: 'False', reason: 'Unschedulable', lastTransitionTime: '2025-01-01T00:00:00Z'},
      ],
    },
  })
  t.like(event?.object, {
    reason: 'FailedScheduling',
    type: 'Warning',
    message: 'no nodes available to schedule pods',
    source: {component: 'default-scheduler'},
  })
  if (update === undefined || event === undefined) return
  const known = viewOf(update.object, event.object)
  const after = (milliseconds: number) => scheduler.reconcile(key, known, {...context, now: context.now + milliseconds})
  t.deepEqual(after(299_999), [])
  t.like(after(300_000), [{do: 'update', object: {kind: 'Event', count: 2}}])
  t.is(scheduler.due?.(key, known, context.now, context.now), context.now + 300_000)
})

test('a pod that got its node has an event that says so', t => {
  const pod = samplePod('web-x')
  const writes = scheduler.reconcile({...pod.metadata, kind: 'Pod'}, viewOf(pod, node1), context)
  t.like(writes[1]?.object, {
    reason: 'Scheduled',
    type: 'Normal',
    message: 'Successfully assigned default/web-x to node1',
    involvedObject: {kind: 'Pod', name: 'web-x'},
  })
})

test('a waiting pod is scheduled when a node comes or is opened', async t => {
  const {store, objects, idle, stop} = runningWorld()
  const web = {namespace: 'default', name: 'web'}
  objects.apply([sampleNode('master', {unschedulable: true}), samplePod('web')])
  await idle()
  t.is(store.get('Pod', web)?.spec.nodeName, undefined)
  objects.apply([sampleNode('master', {unschedulable: false})])
  await idle()
  t.like(store.get('Pod', web), {
    spec: {nodeName: 'master'},
    status: {
      conditions: [
        {type: 'PodScheduled', status: 'True'},
        {type: 'Ready', status: 'True'},
      ],
    },
  })
  await stop()
})
