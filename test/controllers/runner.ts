import {setImmediate} from 'node:timers/promises'
import test from 'ava'
import type {Controller} from '../../src/controllers/controller.ts'
import type {KubeObjectAny} from '../../src/objects/kinds.ts'
import type {Service} from '../../src/objects/service.ts'
import type {Store} from '../../src/store/store.ts'
import {StoreError} from '../../src/store/store-error.ts'
import {sampleNode, samplePod, sampleReplicaSet, sampleService} from '../objects/_samples.ts'
import {runningWorld} from './_world.ts'

test('example R2: three pods behind a service, deleted and made anew', async t => {
  const {store, objects, idle, stop} = runningWorld()
  objects.apply([sampleNode('master'), sampleNode('node1'), sampleReplicaSet('kubia', 3), sampleService('kubia')])
  await idle()
  const addresses = () =>
    store
      .get('Endpoints', {namespace: 'default', name: 'kubia'})
      ?.subsets?.flatMap(subset => (subset.addresses ?? []).map(({ip, nodeName}) => `${ip} on ${nodeName}`))
  t.deepEqual(store.get('ReplicaSet', {namespace: 'default', name: 'kubia'})?.status, {
    replicas: 3,
    fullyLabeledReplicas: 3,
    readyReplicas: 3,
    availableReplicas: 3,
    observedGeneration: 1,
  })
  const first = addresses() ?? []
  t.deepEqual(first.map(address => address.split(' on ')[1]).toSorted(), ['master', 'master', 'node1'])
  t.true(store.list('Pod').every(({metadata}) => /^kubia-[bcdfghjklmnpqrstvwxz2456789]{5}$/.test(metadata.name)))
  t.is(objects.delete({kind: 'po', selector: 'app=kubia'}).length, 3)
  await idle()
  const second = addresses() ?? []
  t.is(second.length, 3)
  t.deepEqual(
    second.filter(address => first.includes(address)),
    [],
  )
  objects.delete({kind: 'rs', name: 'kubia'})
  objects.delete({kind: 'svc', name: 'kubia'})
  await idle()
  t.deepEqual([...store.list('Pod'), ...store.list('ReplicaSet')], [])
  t.is(addresses(), undefined)
  await stop()
})

test('a write that comes too late is tried again on the world as it is then', async t => {
  let refusals = 3
  const stubborn = (store: Store): Store => ({
    ...store,
    get revision() {
      return store.revision
    },
    update: <T extends KubeObjectAny>(object: T) => {
      if (object.kind === 'Pod' && refusals-- > 0) throw new StoreError('conflict', 'somebody was faster')
      return store.update(object)
    },
  })
  const {store, objects, idle, stop} = runningWorld(undefined, stubborn)
  objects.apply([sampleNode('node1'), samplePod('web')])
  await idle()
  t.like(store.get('Pod', {namespace: 'default', name: 'web'}), {spec: {nodeName: 'node1'}, status: {phase: 'Running'}})
  t.true(refusals < 0)
  await stop()
})

test('a bug in one controller is told and does not stop the others', async t => {
  const broken: Controller = {
    name: 'broken',
    watches: ['Pod'],
    keysOf: ({object}) => [{kind: 'Pod', name: object.metadata.name}],
    reconcile: () => {
      throw new Error('a bug')
    },
  }
  const seen: string[] = []
  const watcher: Controller = {
    name: 'watcher',
    watches: ['Pod'],
    keysOf: ({object}) => [{kind: 'Pod', name: object.metadata.name}],
    reconcile: key => {
      seen.push(key.name)
      return []
    },
  }
  const {objects, idle, stop} = runningWorld([broken, watcher])
  objects.apply([samplePod('a'), samplePod('b')])
  await t.throwsAsync(idle(), {message: 'a bug'})
  t.deepEqual(seen, ['a', 'b'])
  await stop()
})

/** Writes the names of all pods into a service's annotation. */
const register: Controller = {
  name: 'register',
  gathers: true,
  watches: ['Pod'],
  keysOf: () => [{kind: 'Service', namespace: 'default', name: 'all'}],
  reconcile: (key, view) => {
    const service = view.get('Service', key)
    const names = view.all('Pod').map(({metadata}) => metadata.name)
    return service === undefined ? [] : [{do: 'update', object: annotated(service, names.toSorted().join(' '))}]
  },
}

function annotated(service: Service, names: string): Service {
  return {...service, metadata: {...service.metadata, annotations: {names}}}
}

test('a controller that gathers answers the first change at once, and those that follow closely together', async t => {
  const timers: {ring: () => void; delay: number}[] = []
  const timer = (ring: () => void, delay: number) => {
    timers.push({ring, delay})
    return () => undefined
  }
  const {store, objects, idle, stop} = runningWorld([register], undefined, {gathering: 60_000, timer})
  const seen = () => store.get('Service', {namespace: 'default', name: 'all'})?.metadata.annotations?.names
  objects.create(sampleService('all'))
  objects.create(samplePod('a'))
  await idle()
  t.is(seen(), 'a')
  t.deepEqual(
    timers.map(({delay}) => delay),
    [60_000],
  )
  for (const name of 'bcd') objects.create(samplePod(name))
  const before = store.revision
  const resting = idle()
  await setImmediate()
  t.is(seen(), 'a')
  timers[0]?.ring()
  await resting
  t.is(seen(), 'a b c d')
  t.is(store.revision, before + 1)
  await stop()
})

test('a controller that gathers and has written nothing does not rest', async t => {
  const {store, objects, idle, stop} = runningWorld([register], undefined, {gathering: 60_000})
  objects.create(samplePod('a'))
  await idle()
  objects.create(sampleService('all'))
  objects.create(samplePod('b'))
  await idle()
  t.is(store.get('Service', {namespace: 'default', name: 'all'})?.metadata.annotations?.names, 'a b')
  await stop()
})

test('a key that is named many times is looked at once', async t => {
  let looks = 0
  const counting: Controller = {
    name: 'counting',
    watches: ['Pod'],
    keysOf: () => [{kind: 'Pod', name: 'all'}],
    reconcile: () => {
      looks++
      return []
    },
  }
  const {objects, idle, stop} = runningWorld([counting])
  for (const name of 'abcde') objects.create(samplePod(name))
  await idle()
  t.is(looks, 1)
  await stop()
  await t.throwsAsync(idle())
})
