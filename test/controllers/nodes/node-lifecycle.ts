import test from 'ava'
import {controllers} from '../../../src/controllers/index.ts'
import {healthyConditions, leaseOf, withConditions} from '../../../src/node/sign-of-life.ts'
import type {Node} from '../../../src/objects/node.ts'
import type {Pod} from '../../../src/objects/pod.ts'
import {isReady} from '../../../src/objects/pod-status.ts'
import {timestamp} from '../../../src/objects/timestamp.ts'
import type {Toleration} from '../../../src/objects/toleration.ts'
import {sampleNode, samplePod, sampleReplicaSet, sampleService} from '../../objects/_samples.ts'
import {simulation} from '../_simulation.ts'

/** Two nodes with their kubelets, one of which can fall silent; what they say they say every ten seconds. */
async function world() {
  const simulated = simulation({list: controllers})
  const {store, now, pass, idle} = simulated
  const silent = new Set<string>()
  const node = (name: string) => store.get('Node', {name}) as Node
  const beat = () => {
    for (const one of store.list('Node').filter(({metadata}) => !silent.has(metadata.name))) {
      const lease = leaseOf(one, timestamp(now()))
      const found = store.get('Lease', lease.metadata)
      if (found) store.update({...found, spec: lease.spec ?? {}})
      else store.create(lease)
      const ready = one.status?.conditions?.some(({type, status}) => type === 'Ready' && status === 'True')
      if (!ready) store.update(withConditions(one, healthyConditions(timestamp(now()), one.status?.conditions)))
    }
  }
  beat()
  await idle()
  return {
    ...simulated,
    settle: () => simulated.settle(),
    silent,
    node,
    ready: (name: string) => {
      const {status, reason} = node(name).status?.conditions?.find(({type}) => type === 'Ready') ?? {}
      return `${status} ${reason}`
    },
    taints: (name: string) => node(name).spec.taints?.map(({key, effect}) => `${key}:${effect}`) ?? [],
    async live(seconds: number) {
      for (let second = 0; second < seconds; second += 10) {
        await pass(Math.min(10, seconds - second))
        beat()
        await idle()
      }
    },
  }
}

const unreachable = ['node.kubernetes.io/unreachable:NoSchedule', 'node.kubernetes.io/unreachable:NoExecute']

test('a node that is silent for forty seconds is given up, and taken back when it speaks', async t => {
  const {live, silent, ready, taints, told, stop} = await world()
  await live(600)
  t.deepEqual([ready('node1'), taints('node1')], ['True KubeletReady', []])
  silent.add('node1')
  await live(39)
  t.is(ready('node1'), 'True KubeletReady')
  await live(1)
  t.deepEqual([ready('node1'), taints('node1')], ['Unknown NodeStatusUnknown', unreachable])
  t.is(ready('node2'), 'True KubeletReady')
  silent.delete('node1')
  await live(10)
  t.deepEqual([ready('node1'), taints('node1')], ['True KubeletReady', []])
  t.deepEqual(told('node1'), [
    'RegisteredNode: Node node1 event: Registered Node node1 in Controller',
    'NodeNotReady: Node node1 status is now: NodeNotReady',
  ])
  await stop()
})

test('whatever a silent node has said of itself is unknown', async t => {
  const {live, silent, node, stop} = await world()
  silent.add('node1')
  await live(40)
  const conditions = node('node1').status?.conditions ?? []
  t.deepEqual(
    conditions.map(({type, status, reason, message}) => `${type} ${status} ${reason}: ${message}`),
    ['MemoryPressure', 'DiskPressure', 'PIDPressure', 'Ready'].map(
      type => `${type} Unknown NodeStatusUnknown: Kubelet stopped posting node status.`,
    ),
  )
  await stop()
})

test('a node that nobody speaks for is given up after a minute', async t => {
  const {objects, pass, live, ready, silent, node, idle, stop} = await world()
  silent.add('ghost')
  objects.apply([sampleNode('ghost')])
  await idle()
  await live(59)
  t.is(node('ghost').status?.conditions, undefined)
  await pass(1)
  t.is(ready('ghost'), 'Unknown NodeStatusNeverUpdated')
  await stop()
})

test('the pods of a node that was given up are ready no longer, and no endpoints', async t => {
  const {objects, live, silent, settle, store, pods, stop} = await world()
  objects.apply([sampleService('kubia'), sampleReplicaSet('kubia', 2)])
  await settle()
  for (const [index, pod] of pods().entries())
    store.update({...pod, status: {...pod.status, podIP: `172.17.0.${index + 2}`}})
  await live(10)
  const endpoints = () => {
    const {subsets = []} = store.get('Endpoints', {namespace: 'default', name: 'kubia'}) ?? {}
    return subsets.map(({addresses = [], notReadyAddresses = []}) => [addresses.length, notReadyAddresses.length])
  }
  t.deepEqual(endpoints(), [[2, 0]])
  silent.add('node1')
  await live(40)
  t.deepEqual(endpoints(), [[1, 1]])
  t.deepEqual(
    pods()
      .map(pod => `${pod.spec.nodeName} ${isReady(pod)}`)
      .toSorted(),
    ['node1 false', 'node2 true'],
  )
  const [lost] = pods().filter(({spec}) => spec.nodeName === 'node1')
  t.true(
    store
      .list('Event')
      .some(event => event.involvedObject.uid === lost?.metadata.uid && event.message === 'Node is not ready'),
  )
  await stop()
})

test('after five minutes the pods of a silent node are made anew elsewhere; a daemon stays', async t => {
  const {objects, live, silent, settle, pods, told, stop} = await world()
  objects.apply([sampleReplicaSet('kubia', 1), daemon('guard')])
  await settle()
  const [web] = pods().filter(({metadata}) => metadata.labels?.app === 'kubia')
  const lost = web?.spec.nodeName ?? ''
  silent.add(lost)
  await live(339)
  t.is(pods().filter(({metadata}) => metadata.deletionTimestamp).length, 0)
  await live(1)
  const going = pods().filter(({metadata}) => metadata.deletionTimestamp)
  t.deepEqual(
    going.map(({metadata}) => metadata.name),
    [web?.metadata.name ?? ''],
  )
  t.like(
    going[0]?.status?.conditions?.find(({type}) => type === 'DisruptionTarget'),
    {
      status: 'True',
      reason: 'DeletionByTaintManager',
      message: 'Taint manager: deleting due to NoExecute taint',
    },
  )
  t.true(
    told(web?.metadata.name ?? '').includes(
      `TaintManagerEviction: Marking for deletion Pod default/${web?.metadata.name}`,
    ),
  )
  t.is(pods().filter(({spec}) => spec.nodeName !== lost && spec.nodeName !== undefined).length, 2)
  await stop()
})

test('where no node is heard of, the pods stay: they have nowhere to go', async t => {
  const {objects, live, silent, settle, pods, taints, told, stop} = await world()
  objects.apply([sampleReplicaSet('kubia', 2)])
  await settle()
  silent.add('node1').add('node2')
  await live(1000)
  t.deepEqual(taints('node1'), ['node.kubernetes.io/unreachable:NoSchedule'])
  t.is(pods().filter(({metadata}) => metadata.deletionTimestamp).length, 0)
  t.deepEqual(
    told('node1').filter(line => line.startsWith('NodeNotReady')),
    ['NodeNotReady: Node node1 status is now: NodeNotReady'],
  )
  silent.delete('node2')
  await live(10)
  t.deepEqual([taints('node1'), taints('node2')], [unreachable, []])
  await live(299)
  t.is(pods().filter(({metadata}) => metadata.deletionTimestamp).length, 0)
  await live(10)
  t.is(pods().filter(({metadata}) => metadata.deletionTimestamp).length, 1)
  await stop()
})

test('a node that is back in time keeps its pods', async t => {
  const {objects, live, silent, settle, pods, stop} = await world()
  objects.apply([sampleReplicaSet('kubia', 2)])
  await settle()
  const before = pods().map(({metadata}) => metadata.name)
  silent.add('node1')
  await live(320)
  silent.delete('node1')
  await live(600)
  t.deepEqual(
    pods().map(({metadata}) => metadata.name),
    before,
  )
  await stop()
})

const withTolerations = (name: string, tolerations: readonly Toleration[]): Pod =>
  samplePod(name, {spec: {nodeName: 'node1', tolerations}})

test('a taint drives away who does not tolerate it, and in time who tolerates it for a while', async t => {
  const {objects, store, live, idle, pods, node, stop} = await world()
  const key = 'maintenance'
  objects.apply([
    withTolerations('stranger', []),
    withTolerations('guest', [{key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 30}]),
    withTolerations('owner', [{key, operator: 'Exists'}]),
    withTolerations('hasty', [
      {operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 60},
      {key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 0},
    ]),
  ])
  await idle()
  store.update({...node('node1'), spec: {taints: [{key, effect: 'NoExecute'}]}})
  await idle()
  const staying = () =>
    pods()
      .filter(({metadata}) => !metadata.deletionTimestamp)
      .map(({metadata}) => metadata.name)
  t.deepEqual(staying(), ['guest', 'owner'])
  await live(20)
  t.deepEqual(staying(), ['guest', 'owner'])
  await live(10)
  t.deepEqual(staying(), ['owner'])
  await stop()
})

test('a cordoned node says so in its taints, and an opened one no longer', async t => {
  const {store, idle, taints, node, stop} = await world()
  store.update({...node('node1'), spec: {unschedulable: true, taints: [{key: 'own', effect: 'NoSchedule'}]}})
  await idle()
  t.deepEqual(taints('node1'), ['own:NoSchedule', 'node.kubernetes.io/unschedulable:NoSchedule'])
  store.update({...node('node1'), spec: {...node('node1').spec, unschedulable: false}})
  await idle()
  t.deepEqual(taints('node1'), ['own:NoSchedule'])
  await stop()
})

test('controllers that begin late give every node its time', async t => {
  const late = simulation({nodes: 0, list: controllers})
  const old = {lastHeartbeatTime: '2024-01-01T00:00:00Z', lastTransitionTime: '2024-01-01T00:00:00Z'}
  late.objects.apply([{...sampleNode('node1'), status: {conditions: [{type: 'Ready', status: 'True', ...old}]}}])
  const status = () =>
    late.store.get('Node', {name: 'node1'})?.status?.conditions?.find(({type}) => type === 'Ready')?.status
  await late.pass(39)
  t.is(status(), 'True')
  await late.pass(1)
  t.is(status(), 'Unknown')
  await late.stop()
})

function daemon(name: string) {
  const labels = {app: name}
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: {name, namespace: 'default'},
    spec: {
      selector: {matchLabels: labels},
      template: {metadata: {labels}, spec: {containers: [{name: 'main', image: 'busybox'}]}},
    },
  } as const
}
