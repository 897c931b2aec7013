import type {TestFn} from 'ava'
import fc from 'fast-check'
import type {KubeObjectAny} from '../../src/objects/kinds.ts'
import {parseSelector} from '../../src/objects/selector.ts'
import type {StoreOptions} from '../../src/store/memory.ts'
import type {Change, Store} from '../../src/store/store.ts'
import {StoreError, type StoreErrorCode} from '../../src/store/store-error.ts'
import {watch} from '../../src/store/watch.ts'
import {sampleNamespace, samplePod, sampleReplicaSet, sampleService} from '../objects/_samples.ts'

const birth = Date.parse('2025-01-01T00:00:00Z')

/** What every store must do. `make` gives an empty one. */
export function storeContract(test: TestFn, make: (options: StoreOptions) => Store): void {
  const fresh = (options: Partial<StoreOptions> = {}) => {
    let uids = 0
    return make({clock: () => birth, uid: () => `uid-${++uids}`, ...options})
  }

  test('creating gives an object its identity and a revision', t => {
    const store = fresh()
    t.is(store.revision, 0)
    const stored = store.create({...samplePod('web'), metadata: {name: 'web', namespace: 'default', uid: 'mine'}})
    t.deepEqual(stored.metadata, {
      name: 'web',
      namespace: 'default',
      uid: 'uid-1',
      resourceVersion: '1',
      creationTimestamp: '2025-01-01T00:00:00Z',
    })
    t.is(store.get('Pod', {namespace: 'default', name: 'web'}), stored)
    t.is(store.get('Pod', {namespace: 'other', name: 'web'}), undefined)
    t.is(store.get('Service', {namespace: 'default', name: 'web'}), undefined)
  })

  test('the same name may be taken once in each namespace and kind', t => {
    const store = fresh()
    store.create(samplePod('web'))
    refuses(() => store.create(samplePod('web')), 'alreadyExists', 'pods "web" already exists')
    store.create({...samplePod('web'), metadata: {name: 'web', namespace: 'other'}})
    store.create(sampleService('web'))
    t.is(store.revision, 3)

    function refuses(action: () => unknown, code: StoreErrorCode, message: string) {
      t.like(t.throws(action, {instanceOf: StoreError, message}), {code})
    }
  })

  test('an update needs the object and its present revision and uid', t => {
    const store = fresh()
    const missing = t.throws(() => store.update(samplePod('web')), {instanceOf: StoreError})
    t.like(missing, {code: 'notFound', message: 'pods "web" not found'})
    const first = store.create(samplePod('web'))
    const second = store.update({...first, status: {phase: 'Running'}})
    t.is(second.metadata.resourceVersion, '2')
    const stale = t.throws(() => store.update({...first, status: {phase: 'Failed'}}), {instanceOf: StoreError})
    t.like(stale, {
      code: 'conflict',
      message:
        'Operation cannot be fulfilled on pods "web": the object has been modified; please apply your changes to the latest version and try again',
    })
    const other = t.throws(() => store.update(samplePod('web', {uid: 'uid-9'})), {instanceOf: StoreError})
    t.like(other, {
      code: 'conflict',
      message:
        'Operation cannot be fulfilled on pods "web": Precondition failed: UID in precondition: uid-9, UID in object meta: uid-1',
    })
    t.is(
      store.update(samplePod('web', {labels: {app: 'x'}})).metadata.uid,
      'uid-1',
      'without either it replaces what is there',
    )
  })

  test('an update that says nothing new leaves the revision as it is', t => {
    const store = fresh()
    const pod = store.create(samplePod('web', {labels: {a: '1', b: '2'}}))
    t.is(store.update(samplePod('web', {labels: {b: '2', a: '1'}})), pod)
    t.is(store.revision, 1)
    t.is(store.changes(0).length, 1)
  })

  test('a generation counts changes of the spec only, and only where the kind counts', t => {
    const store = fresh()
    const made = store.create(sampleReplicaSet('kubia', 3))
    t.is(made.metadata.generation, 1)
    const counted = store.update({...made, status: {replicas: 3}})
    t.is(counted.metadata.generation, 1)
    t.is(store.update({...counted, spec: {...counted.spec, replicas: 4}}).metadata.generation, 2)
    t.is(store.create(sampleService('kubia')).metadata.generation, undefined)
  })

  test('a deletion may rely on a revision and a uid', t => {
    const store = fresh()
    const key = {namespace: 'default', name: 'web'}
    t.like(
      t.throws(() => store.delete('Pod', key)),
      {code: 'notFound', message: 'pods "web" not found'},
    )
    const pod = store.create(samplePod('web'))
    t.like(
      t.throws(() => store.delete('Pod', key, {resourceVersion: '7'})),
      {code: 'conflict'},
    )
    t.like(
      t.throws(() => store.delete('Pod', key, {uid: 'uid-7'})),
      {code: 'conflict'},
    )
    const gone = store.delete('Pod', key, {uid: 'uid-1', resourceVersion: '1'})
    t.deepEqual(gone, {...pod, metadata: {...pod.metadata, resourceVersion: '2'}})
    t.is(store.get('Pod', key), undefined)
  })

  test('lists are sorted and can be narrowed to a namespace and a selector', t => {
    const store = fresh()
    for (const name of ['b', 'a', 'c']) store.create(samplePod(name, {labels: {name}}))
    store.create({...samplePod('z'), metadata: {name: 'z', namespace: 'a'}})
    const names = (filter?: Parameters<Store['list']>[1]) => store.list('Pod', filter).map(pod => pod.metadata.name)
    t.deepEqual(names(), ['z', 'a', 'b', 'c'])
    t.deepEqual(names({namespace: 'default'}), ['a', 'b', 'c'])
    t.deepEqual(names({selector: parseSelector('name in (a,c)')}), ['a', 'c'])
    store.delete('Pod', {namespace: 'default', name: 'b'})
    t.deepEqual(names(), ['z', 'a', 'c'])
    t.deepEqual(store.list('Service'), [])
  })

  test('a watch from the forgotten past and from the future is refused', t => {
    const store = fresh({historyLimit: 2})
    for (const name of 'abcdefg') store.create(samplePod(name))
    t.like(
      t.throws(() => store.changes(0)),
      {code: 'compacted'},
    )
    t.regex(t.throws(() => store.changes(1)).message, /^too old resource version: 1 \(\d\)$/)
    t.is(store.changes(5).length, 2, 'what the limit promises is kept')
    t.like(
      t.throws(() => store.changes(8)),
      {code: 'future', message: 'Too large resource version: 8, current: 7'},
    )
  })

  test('a store that starts at a revision refuses those before it', t => {
    const store = fresh({firstRevision: 1000})
    t.is(store.revision, 1000)
    t.like(
      t.throws(() => store.changes(999)),
      {code: 'compacted'},
    )
    t.is(store.create(samplePod('a')).metadata.resourceVersion, '1001')
  })

  test('changed waits for a revision greater than the one known', async t => {
    const store = fresh()
    const stop = new AbortController()
    const waiting = store.changed(0, stop.signal)
    const far = store.changed(1, stop.signal)
    store.create(samplePod('a'))
    t.is(await waiting, 1)
    t.is(await store.changed(0, stop.signal), 1)
    store.create(samplePod('b'))
    t.is(await far, 2)
    const never = store.changed(2, stop.signal)
    stop.abort(new Error('enough'))
    await t.throwsAsync(never, {message: 'enough'})
    await t.throwsAsync(store.changed(0, stop.signal), {message: 'enough'})
  })

  test('a watch with a selector sees objects come into it and leave it', async t => {
    const store = fresh()
    const stop = new AbortController()
    const seen: string[] = []
    const events = watch(store, {
      kind: 'Pod',
      namespace: 'default',
      selector: parseSelector('app=kubia'),
      since: 0,
      signal: stop.signal,
    })
    const watching = (async () => {
      for await (const {type, object} of events) {
        seen.push(`${type} ${object.metadata.name}`)
        if (object.metadata.name === 'end') stop.abort()
      }
    })()
    store.create(samplePod('a', {labels: {app: 'other'}}))
    await new Promise(setImmediate)
    store.update(samplePod('a', {labels: {app: 'kubia'}}))
    store.update(samplePod('a', {labels: {app: 'kubia', x: 'y'}}))
    await new Promise(setImmediate)
    store.update(samplePod('a', {labels: {app: 'other'}}))
    store.delete('Pod', {namespace: 'default', name: 'a'})
    store.create(sampleService('a'))
    store.create({...samplePod('b', {}), metadata: {name: 'b', namespace: 'other', labels: {app: 'kubia'}}})
    store.create(samplePod('end', {labels: {app: 'kubia'}}))
    await watching
    t.deepEqual(seen, ['ADDED a', 'MODIFIED a', 'DELETED a', 'ADDED end'])
  })

  test('a watch that falls behind the history is told so', async t => {
    const store = fresh({historyLimit: 2})
    const events = watch(store, {kind: 'Pod', since: 0, signal: AbortSignal.timeout(60_000)})
    store.create(samplePod('first'))
    t.is((await events.next()).value?.object.metadata.name, 'first')
    for (const name of 'abcdefg') store.create(samplePod(name))
    t.like(await t.throwsAsync(events.next()), {code: 'compacted'})
  })

  test('from any revision on, the changes lead exactly from the world then to the world now', t => {
    fc.assert(
      fc.property(fc.array(operation, {maxLength: 60}), operations => {
        const store = fresh()
        const worlds = [new Map<string, KubeObjectAny>()]
        for (const one of operations) {
          attempt(() => one(store))
          if (store.revision === worlds.length) worlds.push(worldOf(store))
        }
        t.is(worlds.length, store.revision + 1, 'every change has a revision of its own')
        worlds.forEach((world, revision) => {
          const changes = store.changes(revision)
          t.deepEqual(
            changes.map(change => change.revision),
            worlds.map((_, index) => index).slice(revision + 1),
          )
          t.deepEqual(Object.fromEntries(replay(world, changes)), Object.fromEntries(worlds.at(-1) ?? []))
        })
      }),
    )
  })

  test('every watcher sees the whole history of its kind, whenever it reads', async t => {
    const pause = fc.array(fc.boolean(), {maxLength: 40})
    await fc.assert(
      fc.asyncProperty(fc.array(operation, {maxLength: 40}), pause, async (operations, pauses) => {
        const store = fresh()
        const stop = new AbortController()
        const seen = Array.from({length: 3}, () => [] as string[])
        const watching = seen.map(async texts => {
          for await (const {type, object} of watch(store, {kind: 'Pod', since: 0, signal: stop.signal}))
            texts.push(`${type} ${object.metadata.name} ${object.metadata.resourceVersion}`)
        })
        for (const [index, one] of operations.entries()) {
          attempt(() => one(store))
          if (pauses[index]) await Promise.resolve()
        }
        await new Promise(setImmediate)
        stop.abort()
        await Promise.all(watching)
        const expected = store
          .changes(0)
          .filter(({object}) => object.kind === 'Pod')
          .map(({type, object}) => `${type} ${object.metadata.name} ${object.metadata.resourceVersion}`)
        for (const texts of seen) t.deepEqual(texts, expected)
      }),
    )
  })
}

/** A random thing to do to a store; some are refused, some say nothing new. */
const operation: fc.Arbitrary<(store: Store) => unknown> = fc
  .record({
    verb: fc.constantFrom('create', 'update', 'delete'),
    name: fc.constantFrom('a', 'b', 'c'),
    label: fc.constantFrom('x', 'y'),
    kind: fc.constantFrom('Pod', 'Namespace'),
  } as const)
  .map(({verb, name, label, kind}) => (store: Store) => {
    const object = kind === 'Pod' ? samplePod(name, {labels: {label}}) : sampleNamespace(name)
    if (verb === 'delete') return store.delete(kind, object.metadata)
    return verb === 'create' ? store.create(object) : store.update(object)
  })

function attempt(action: () => unknown): void {
  try {
    action()
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
  }
}

function worldOf(store: Store): Map<string, KubeObjectAny> {
  const objects: KubeObjectAny[] = [...store.list('Pod'), ...store.list('Namespace')]
  return new Map(objects.map(object => [idOf(object), object]))
}

function replay(world: ReadonlyMap<string, KubeObjectAny>, changes: readonly Change[]): Map<string, KubeObjectAny> {
  const result = new Map(world)
  for (const {type, object, before} of changes) {
    const id = idOf(object)
    if (result.get(id) !== before)
      throw new Error(`the change of ${id} starts from another object than the last one left`)
    if (type === 'DELETED') result.delete(id)
    else result.set(id, object)
  }
  return result
}

function idOf({kind, metadata}: KubeObjectAny): string {
  return `${kind}/${metadata.name}`
}
