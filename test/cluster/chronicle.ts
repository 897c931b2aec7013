import test from 'ava'
import fc from 'fast-check'
import {type Author, createChronicle, type Heard, writing} from '../../src/cluster/chronicle.ts'
import {memoryStore} from '../../src/store/memory.ts'
import {samplePod} from '../objects/_samples.ts'

function world(limits?: {deeds: number; programmings: number; bodies: number}) {
  let time = 0
  const chronicle = createChronicle(() => ++time, limits)
  const store = chronicle.noting(memoryStore({clock: () => 0, uid: () => 'u', firstRevision: 100}))
  return {chronicle, store}
}

const controller = (name: string): Author => ({is: 'controller', name})
const heard = (url: string): Heard => ({
  at: 1,
  user: undefined,
  means: undefined,
  method: 'POST',
  agent: '',
  contentType: '',
  url,
})

test('a change is noted with its author, its time and what was before', t => {
  const {chronicle, store} = world()
  const pod = chronicle.by(controller('replica-set'), () => store.create(samplePod('a')))
  chronicle.by({is: 'kubelet', node: 'node1'}, () => store.update({...pod, status: {...pod.status, phase: 'Failed'}}))
  store.delete('Pod', pod.metadata)
  t.deepEqual(
    chronicle.deeds.map(({at, by, change}) => [at, by, change.type, change.revision, change.before !== undefined]),
    [
      [1, {is: 'controller', name: 'replica-set'}, 'ADDED', 101, false],
      [2, {is: 'kubelet', node: 'node1'}, 'MODIFIED', 102, true],
      [3, {is: 'unknown'}, 'DELETED', 103, true],
    ],
  )
})

test('an update that says nothing new, and a write that is refused, are no deeds', t => {
  const {chronicle, store} = world()
  const pod = store.create(samplePod('a'))
  store.update(pod)
  t.throws(() => store.create(samplePod('a')), {message: /already exists/})
  t.is(chronicle.deeds.length, 1)
})

test('whoever writes for somebody else gives the word back, also when it fails', t => {
  const {chronicle, store} = world()
  const pod = (name: string) => store.create(samplePod(name))
  chronicle.by(controller('outer'), () => {
    t.throws(() =>
      chronicle.by(controller('inner'), () => {
        pod('a')
        throw new Error('no')
      }),
    )
    pod('b')
  })
  pod('c')
  t.deepEqual(
    chronicle.deeds.map(({by}) => ('name' in by ? by.name : by.is)),
    ['inner', 'outer', 'unknown'],
  )
})

test('a store that writes for one node is the same store', t => {
  const {chronicle, store} = world()
  const own = writing(store, act => chronicle.by({is: 'kubelet', node: 'node1'}, act))
  const pod = own.create(samplePod('a'))
  t.is(own.revision, store.revision)
  t.is(own.get('Pod', pod.metadata), pod)
  t.deepEqual(own.list('Pod'), store.list('Pod'))
  t.deepEqual(chronicle.deeds[0]?.by, {is: 'kubelet', node: 'node1'})
})

test('it remembers at least the last so many, and at most twice that', t => {
  fc.assert(
    fc.property(fc.integer({min: 1, max: 5}), fc.integer({min: 0, max: 40}), (limit, writes) => {
      const {chronicle, store} = world({deeds: limit, programmings: limit, bodies: 1})
      for (let index = 0; index < writes; index++) {
        store.create(samplePod(`p${index}`))
        chronicle.programmed({node: 'n', revision: index, change: {backend: 'iptables', tables: {}}})
      }
      for (const list of [chronicle.deeds, chronicle.programmings]) {
        t.true(list.length >= Math.min(limit, writes) && list.length < 2 * limit)
        if (writes > 0) t.is(list.at(-1), list[list.length - 1])
      }
      t.is(chronicle.deeds.at(-1)?.change.revision ?? 100, 100 + writes)
    }),
  )
})

test('what requests brought is kept for the latest, unless it is large', t => {
  const {chronicle} = world({deeds: 1, programmings: 1, bodies: 2})
  const requests = ['a', 'b', 'c', 'd'].map(heard)
  for (const request of requests) chronicle.keepBody(request, Buffer.from('{}'))
  t.deepEqual(
    requests.map(({body}) => body !== undefined),
    [false, false, true, true],
  )
  const [large, empty] = [heard('large'), heard('empty')]
  chronicle.keepBody(large, Buffer.alloc(40_000))
  chronicle.keepBody(empty, Buffer.alloc(0))
  t.is(large.body ?? empty.body, undefined)
})
