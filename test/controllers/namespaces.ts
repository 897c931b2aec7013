import test from 'ava'
import fc from 'fast-check'
import {controllers} from '../../src/controllers/index.ts'
import {rootCertificates} from '../../src/controllers/namespace-content.ts'
import type {KubeObjectAny} from '../../src/objects/kinds.ts'
import {sampleNamespace, sampleNode, samplePod, sampleReplicaSet, sampleService} from '../objects/_samples.ts'
import {simulation} from './_simulation.ts'
import {nodeAgent, runningWorld} from './_world.ts'

const inShop = <T extends KubeObjectAny>(object: T): T => ({
  ...object,
  metadata: {...object.metadata, namespace: 'shop'},
})

const withFinalizer = <T extends KubeObjectAny>(object: T, finalizer: string): T => ({
  ...object,
  metadata: {...object.metadata, finalizers: [finalizer]},
})

test('a deleted namespace empties and goes', async t => {
  const {store, objects, idle, stop} = runningWorld()
  objects.apply([
    sampleNode('node1'),
    sampleNamespace('shop'),
    inShop(sampleReplicaSet('web', 3)),
    inShop(sampleService('web')),
  ])
  await idle()
  t.is(store.list('Pod').length, 3)
  objects.delete({kind: 'ns', name: 'shop'})
  await idle()
  t.is(store.get('Namespace', {name: 'shop'}), undefined)
  t.deepEqual([...store.list('Pod'), ...store.list('Endpoints', {namespace: 'shop'})], [])
  await stop()
})

test('a namespace says what it still waits for', async t => {
  const {store, objects, idle, pods, run, gone, stop} = simulation({nodes: 1})
  objects.apply([
    sampleNamespace('shop'),
    inShop(samplePod('slow')),
    inShop(samplePod('slower')),
    withFinalizer(inShop(sampleService('web')), 'example.com/books'),
  ])
  await idle()
  for (const pod of pods()) run(pod)
  await idle()
  objects.delete({kind: 'ns', name: 'shop'})
  await idle()
  const story = () =>
    store
      .get('Namespace', {name: 'shop'})
      ?.status?.conditions?.map(({type, status, reason, message}) => `${type} ${status} ${reason}: ${message}`)
  t.is(store.get('Namespace', {name: 'shop'})?.status?.phase, 'Terminating')
  t.deepEqual(story(), [
    'NamespaceDeletionDiscoveryFailure False ResourcesDiscovered: All resources successfully discovered',
    'NamespaceDeletionGroupVersionParsingFailure False ParsedGroupVersions: All legacy kube types successfully parsed',
    'NamespaceDeletionContentFailure False ContentDeleted: All content successfully deleted, may be waiting on finalization',
    'NamespaceContentRemaining True SomeResourcesRemain: Some resources are remaining: pods. has 2 resource instances, services. has 1 resource instances',
    'NamespaceFinalizersRemaining True SomeFinalizersRemain: Some content in the namespace has finalizers remaining: example.com/books in 1 resource instances',
  ])
  for (const pod of pods()) gone(pod)
  await idle()
  t.is(
    story()?.[3],
    'NamespaceContentRemaining True SomeResourcesRemain: Some resources are remaining: services. has 1 resource instances',
  )
  const held = store.get('Service', {namespace: 'shop', name: 'web'})
  if (held) objects.replace({...held, metadata: {...held.metadata, finalizers: []}})
  await idle()
  t.is(store.get('Namespace', {name: 'shop'}), undefined)
  await stop()
})

test('a finalizer of somebody else holds the namespace itself up', async t => {
  const {store, objects, idle, stop} = runningWorld()
  objects.apply([withFinalizer(sampleNamespace('shop'), 'example.com/ledger')])
  await idle()
  objects.delete({kind: 'ns', name: 'shop'})
  await idle()
  const held = store.get('Namespace', {name: 'shop'})
  t.deepEqual([held?.status?.phase, held?.spec?.finalizers], ['Terminating', []])
  if (held) objects.replace({...held, metadata: {...held.metadata, finalizers: []}})
  await idle()
  t.is(store.get('Namespace', {name: 'shop'}), undefined)
  await stop()
})

test('every namespace has an account and a certificate, which come back', async t => {
  const pem = '-----BEGIN CERTIFICATE-----\n'
  const {store, objects, idle, stop} = runningWorld([...controllers, rootCertificates(pem), nodeAgent])
  objects.apply([sampleNamespace('shop')])
  await idle()
  const names = (kind: 'ServiceAccount' | 'ConfigMap') =>
    store.list(kind).map(({metadata: {namespace, name}}) => `${namespace}/${name}`)
  const namespaces = ['default', 'kube-node-lease', 'kube-public', 'kube-system', 'shop']
  t.deepEqual(
    names('ServiceAccount'),
    namespaces.map(name => `${name}/default`),
  )
  t.deepEqual(
    names('ConfigMap'),
    namespaces.map(name => `${name}/kube-root-ca.crt`),
  )
  objects.delete({kind: 'sa', namespace: 'shop', name: 'default'})
  const place = {namespace: 'shop', name: 'kube-root-ca.crt'}
  const changed = store.get('ConfigMap', place)
  if (changed) objects.replace({...changed, data: {'ca.crt': 'forged', more: 'x'}})
  await idle()
  t.true(names('ServiceAccount').includes('shop/default'))
  t.deepEqual(store.get('ConfigMap', place)?.data, {'ca.crt': pem})
  objects.delete({kind: 'ns', name: 'shop'})
  await idle()
  t.false([...names('ServiceAccount'), ...names('ConfigMap')].some(name => name.startsWith('shop/')))
  await stop()
})

test('a namespace that the cluster needs comes back with what it has to hold', async t => {
  const {store, objects, idle, stop} = runningWorld()
  await idle()
  objects.delete({kind: 'ns', name: 'kube-node-lease'})
  await idle()
  t.is(store.get('Namespace', {name: 'kube-node-lease'})?.status?.phase, 'Active')
  t.truthy(store.get('ServiceAccount', {namespace: 'kube-node-lease', name: 'default'}))
  await stop()
})

const thing = fc.record({
  make: fc.constantFrom(
    (name: string) => samplePod(name),
    (name: string) => sampleReplicaSet(name, 2),
    (name: string) => sampleService(name),
  ),
  name: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'),
  held: fc.boolean(),
})

test('whatever a namespace holds and whoever still makes more of it, it ends empty, and nothing else does', async t => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(thing, {maxLength: 8, selector: ({name}) => name}),
      fc.boolean(),
      async (things, wait) => {
        const {store, objects, idle, stop} = runningWorld()
        objects.apply([sampleNode('node1'), sampleNamespace('shop'), sampleReplicaSet('other', 2)])
        const made = things.map(({make, name, held}) => {
          const object = inShop(make(name))
          return held ? withFinalizer<KubeObjectAny>(object, 'example.com/books') : object
        })
        for (const object of made) objects.create<KubeObjectAny>(object)
        if (wait) await idle()
        objects.delete({kind: 'ns', name: 'shop'})
        await idle()
        const held = made.flatMap(({kind, metadata}) => (store.get(kind, metadata) as KubeObjectAny | undefined) ?? [])
        t.is(store.get('Namespace', {name: 'shop'}) === undefined, held.length === 0)
        for (const object of held) {
          const now = store.get(object.kind, object.metadata) as KubeObjectAny | undefined
          t.deepEqual(now?.metadata.finalizers, ['example.com/books'])
          if (now) objects.replace({...now, metadata: {...now.metadata, finalizers: []}} as KubeObjectAny)
        }
        await idle()
        t.is(store.get('Namespace', {name: 'shop'}), undefined)
        const left = (
          ['Pod', 'ReplicaSet', 'Service', 'Endpoints', 'EndpointSlice', 'Event', 'ServiceAccount'] as const
        ).flatMap((kind): readonly KubeObjectAny[] => store.list(kind, {namespace: 'shop'}))
        t.deepEqual(left, [])
        t.is(store.list('Pod', {namespace: 'default'}).length, 2)
        await stop()
      },
    ),
    {numRuns: 100},
  )
})
