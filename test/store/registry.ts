import test from 'ava'
import {parseNetwork} from '../../src/net/cidr.ts'
import type {KubeObjectAny} from '../../src/objects/kinds.ts'
import {bootstrapObjects} from '../../src/store/bootstrap.ts'
import {memoryStore} from '../../src/store/memory.ts'
import {registry} from '../../src/store/registry.ts'
import {sampleNamespace, sampleNode, samplePod, sampleReplicaSet, sampleService} from '../objects/_samples.ts'

const birth = Date.parse('2025-01-01T00:00:00Z')

function cluster(range = '10.96.0.0/12', random = () => 0) {
  let uids = 0
  const store = memoryStore({clock: () => birth, uid: () => `uid-${++uids}`})
  const serviceRange = parseNetwork(range)
  const objects = registry({store, serviceRange, now: () => birth, random})
  objects.apply(bootstrapObjects(serviceRange, {ip: '10.0.20.4', port: 6443}))
  return {
    store,
    objects,
    addressOf: (name: string) => store.get('Service', {namespace: 'default', name})?.spec.clusterIP,
  }
}

test('a new cluster has its namespaces and the service kubernetes at the first address', t => {
  const {store, objects, addressOf} = cluster()
  t.is(addressOf('kubernetes'), '10.96.0.1')
  t.deepEqual(
    store.list('Namespace').map(({metadata, status}) => `${metadata.name} ${status?.phase}`),
    ['default Active', 'kube-node-lease Active', 'kube-public Active', 'kube-system Active'],
  )
  t.like(store.get('Endpoints', {namespace: 'default', name: 'kubernetes'}), {
    subsets: [{addresses: [{ip: '10.0.20.4'}], ports: [{name: 'https', port: 6443}]}],
  })
  const again = objects.apply(bootstrapObjects(parseNetwork('10.96.0.0/12'), {ip: '10.0.20.4', port: 6443}))
  t.deepEqual(new Set(again.map(({did}) => did)), new Set(['unchanged'] as const))
})

test('applying says what it did and touches neither status nor what the cluster gave', t => {
  const {store, objects} = cluster()
  const ref = {kind: 'Service', namespace: 'default', name: 'kubia'}
  t.deepEqual(objects.apply([sampleService('kubia')]), [{ref, did: 'created'}])
  const made = store.get('Service', ref)
  t.like(made, {
    spec: {clusterIP: '10.96.1.1', clusterIPs: ['10.96.1.1'], type: 'ClusterIP', sessionAffinity: 'None'},
    status: {loadBalancer: {}},
  })
  t.deepEqual(objects.apply([sampleService('kubia')]), [{ref, did: 'unchanged'}])
  t.deepEqual(objects.apply([sampleService('kubia', {selector: {app: 'other'}})]), [{ref, did: 'configured'}])
  t.like(store.get('Service', ref), {spec: {clusterIP: '10.96.1.1', selector: {app: 'other'}}})
})

test('a scaled replica set stays so when applied without a number', t => {
  const {store, objects} = cluster()
  const {replicas: _, ...spec} = sampleReplicaSet('kubia', 3).spec
  const silent = {...sampleReplicaSet('kubia', 3), spec}
  const ref = {kind: 'ReplicaSet', namespace: 'default', name: 'kubia'}
  objects.apply([silent])
  t.is(store.get('ReplicaSet', ref)?.spec.replicas, 1)
  objects.scale({...ref, kind: 'rs'}, 5)
  objects.apply([silent])
  t.is(store.get('ReplicaSet', ref)?.spec.replicas, 5)
})

const refused = test.macro({
  exec: (t, _title: string, object: unknown, message: string) => {
    const {store, objects} = cluster()
    objects.apply([
      sampleService('kubia', {clusterIP: '10.98.237.175'}),
      sampleReplicaSet('kubia', 3),
      samplePod('web'),
    ])
    const {revision} = store
    t.is(t.throws(() => objects.apply([object as KubeObjectAny])).message, message)
    t.is(store.revision, revision)
  },
  title: (_, title) => `refused: ${title}`,
})

test(
  refused,
  'a cluster IP that is taken',
  sampleService('b', {clusterIP: '10.98.237.175'}),
  'Service "b" is invalid: spec.clusterIPs: Invalid value: []string{"10.98.237.175"}: failed to allocate IP 10.98.237.175: provided IP is already allocated',
)
test(
  refused,
  'a cluster IP outside the range',
  sampleService('b', {clusterIP: '10.0.0.1'}),
  'Service "b" is invalid: spec.clusterIPs: Invalid value: []string{"10.0.0.1"}: failed to allocate IP 10.0.0.1: the provided IP (10.0.0.1) is not in the valid range. The range of valid IPs is 10.96.0.0/12',
)
test(
  refused,
  'another cluster IP',
  sampleService('kubia', {clusterIP: '10.98.0.1'}),
  'Service "kubia" is invalid: spec.clusterIPs[0]: Invalid value: []string{"10.98.0.1"}: may not change once set',
)
test(
  refused,
  'another selector of a replica set',
  sampleReplicaSet('kubia', 3, 'other'),
  'ReplicaSet "kubia" is invalid: spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string{"app":"other"}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: field is immutable',
)
test(
  refused,
  'another image of a pod',
  samplePod('web', {
    spec: {containers: [{name: 'kubia', image: 'nginx', ports: [{name: 'http', containerPort: 8080}]}]},
  }),
  'Pod "web" is invalid: spec: Forbidden: podlab does not support changing the image of a pod; delete it and make another',
)
test(
  refused,
  'a new pod with an ephemeral container',
  samplePod('fresh', {spec: {ephemeralContainers: [{name: 'debug', image: 'busybox'}]}}),
  'Pod "fresh" is invalid: spec.ephemeralContainers: Forbidden: cannot be set on create',
)
test(
  refused,
  'a namespace that is not there',
  {...samplePod('a'), metadata: {name: 'a', namespace: 'nope'}},
  'namespaces "nope" not found',
)
test(
  refused,
  'a stale revision',
  {...samplePod('web', {labels: {a: 'b'}}), metadata: {name: 'web', namespace: 'default', resourceVersion: '1'}},
  'Operation cannot be fulfilled on pods "web": the object has been modified; please apply your changes to the latest version and try again',
)

test('nothing new comes into a namespace that goes away', t => {
  const {store, objects} = cluster()
  objects.apply([sampleNamespace('shop')])
  objects.delete({kind: 'ns', name: 'shop'})
  t.like(store.get('Namespace', {name: 'shop'}), {status: {phase: 'Terminating'}})
  const pod = {...samplePod('a'), metadata: {name: 'a', namespace: 'shop'}}
  t.throws(() => objects.create(pod), {
    message: 'pods "a" is forbidden: unable to create new content in namespace shop because it is being terminated',
  })
  t.throws(() => objects.delete({kind: 'ns', name: 'default'}), {
    message: 'namespaces "default" is forbidden: this namespace may not be deleted',
  })
})

test('deleting a pod asks its node; without a node it is gone at once', t => {
  const {store, objects} = cluster()
  objects.apply([
    samplePod('placed', {labels: {app: 'a'}, spec: {nodeName: 'node1'}}),
    samplePod('waiting', {labels: {app: 'a'}}),
  ])
  const refs = objects.delete({kind: 'po', selector: 'app=a'})
  t.deepEqual(
    refs.map(({name}) => name),
    ['placed', 'waiting'],
  )
  t.deepEqual(
    store
      .list('Pod')
      .map(({metadata}) => [metadata.name, metadata.deletionTimestamp, metadata.deletionGracePeriodSeconds]),
    [['placed', '2025-01-01T00:00:30Z', 30]],
  )
  objects.delete({kind: 'po', name: 'placed', graceSeconds: 60})
  t.like(store.get('Pod', {namespace: 'default', name: 'placed'}), {metadata: {deletionGracePeriodSeconds: 30}})
  objects.delete({kind: 'po', name: 'placed', graceSeconds: 0})
  t.deepEqual(store.list('Pod'), [])
  t.throws(() => objects.delete({kind: 'po', name: 'placed'}), {message: 'pods "placed" not found'})
  t.throws(() => objects.delete({kind: 'po'}), {message: 'which pods to delete? Give a name or a selector'})
})

test('only what has replicas can be scaled', t => {
  const {objects} = cluster()
  objects.apply([sampleNode('node1'), sampleReplicaSet('kubia', 1)])
  t.throws(() => objects.scale({kind: 'Node', name: 'node1'}, 2), {
    message: 'nodes have no replicas and cannot be scaled',
  })
  t.throws(() => objects.scale({kind: 'ReplicaSet', name: 'kubia'}, -1), {
    message: 'ReplicaSet "kubia" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
  })
})

test('a name is generated when only its beginning is given', t => {
  const {objects} = cluster()
  const pod = {...samplePod(''), metadata: {name: '', generateName: 'kubia-', namespace: 'default'}}
  t.is(objects.create(pod).metadata.name, 'kubia-bbbbb')
})

test('the status that a manifest brings is not believed', t => {
  const {objects} = cluster()
  t.deepEqual(objects.create(samplePod('a', {status: {phase: 'Running', podIP: '1.2.3.4'}})).status, {
    phase: 'Pending',
    qosClass: 'BestEffort',
  })
})

test('cluster IPs come from the upper band, then from the lower, and each is given once', t => {
  const {objects, addressOf} = cluster('10.0.0.0/27', () => 0.5)
  const given = Array.from({length: 29}, (_, index) => {
    objects.create(sampleService(`s${index}`))
    return Number(addressOf(`s${index}`)?.split('.')[3])
  })
  t.true(given.slice(0, 14).every(last => last > 16))
  t.deepEqual(
    given.toSorted((a, b) => a - b),
    Array.from({length: 29}, (_, index) => index + 2),
  )
  t.throws(() => objects.create(sampleService('more')), {
    code: 'internal',
    message: 'failed to allocate a serviceIP: range is full',
  })
  objects.delete({kind: 'svc', name: 's3'})
  objects.create(sampleService('next'))
  t.is(addressOf('next'), `10.0.0.${given[3]}`)
  objects.create(sampleService('headless', {clusterIP: 'None'}))
  t.is(addressOf('headless'), 'None')
})
