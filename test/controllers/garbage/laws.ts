import test from 'ava'
import fc from 'fast-check'
import type {KubeObjectAny} from '../../../src/objects/kinds.ts'
import type {Propagation} from '../../../src/store/deletion.ts'
import {runningWorld} from '../_world.ts'
import {book, books, ownerIn} from './_books.ts'

type Step =
  | {readonly do: 'own'; readonly owner: number; readonly dependent: number; readonly block: boolean}
  | {readonly do: 'delete'; readonly which: number; readonly propagation: Propagation}

const index = fc.nat(5)
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({do: fc.constant('own' as const), owner: index, dependent: index, block: fc.boolean()}),
  fc.record({
    do: fc.constant('delete' as const),
    which: index,
    propagation: fc.constantFrom<Propagation>('Background', 'Foreground', 'Orphan'),
  }),
)

test('whatever owns what and however it is deleted, those are left that a simple model leaves', async t => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, {maxLength: 25}), async steps => {
      const {store, objects, idle, stop} = runningWorld()
      const model = new Map([0, 1, 2, 3, 4, 5].map(one => [`${one}`, new Set<string>()]))
      objects.apply([...model.keys()].map(name => book(name)))
      await idle()
      for (const one of steps) {
        if (one.do === 'own') addOwner(one)
        else if (model.has(`${one.which}`)) {
          const name = `${one.which}`
          objects.remove('ConfigMap', {namespace: 'default', name}, {propagation: one.propagation})
          deleteIn(model, name, one.propagation)
        }
        await idle()
        t.deepEqual(
          books(store).map(([name, ...owners]) => [name, ...owners.toSorted()]),
          [...model].map(([name, owners]) => [name, ...[...owners].toSorted()]),
        )
      }
      await stop()

      function addOwner({owner, dependent, block}: Extract<Step, {do: 'own'}>): void {
        const found = store.get('ConfigMap', {namespace: 'default', name: `${dependent}`})
        const owners = model.get(`${dependent}`)
        if (owner === dependent || !found || !model.has(`${owner}`) || !owners || owners.has(`${owner}`)) return
        owners.add(`${owner}`)
        const reference = ownerIn(store, `${owner}`, {blockOwnerDeletion: block})
        const ownerReferences = [...(found.metadata.ownerReferences ?? []), reference]
        objects.replace({...found, metadata: {...found.metadata, ownerReferences}})
      }
    }),
    {numRuns: 200},
  )
})

/** What is left when one of some objects goes: those that had an owner and have none any more go too. */
function deleteIn(model: Map<string, Set<string>>, name: string, propagation: Propagation): void {
  model.delete(name)
  const dependents = [...model].filter(([, owners]) => owners.delete(name))
  if (propagation === 'Orphan') return
  for (const [dependent, owners] of dependents)
    if (owners.size === 0 && model.has(dependent)) deleteIn(model, dependent, 'Background')
}

test('an owner that goes in the foreground goes after all that block it', async t => {
  const edges = fc.array(fc.tuple(index, index), {maxLength: 12})
  await fc.assert(
    fc.asyncProperty(edges, index, async (pairs, root) => {
      const {store, objects, idle, stop} = runningWorld()
      const names = [0, 1, 2, 3, 4, 5].map(String)
      objects.apply(names.map(name => book(name)))
      for (const [a, b] of pairs) {
        const found = store.get('ConfigMap', {namespace: 'default', name: `${Math.max(a, b)}`})
        const reference = ownerIn(store, `${Math.min(a, b)}`, {blockOwnerDeletion: true})
        const known = found?.metadata.ownerReferences ?? []
        if (a !== b && found && !known.some(({uid}) => uid === reference.uid))
          objects.replace({...found, metadata: {...found.metadata, ownerReferences: [...known, reference]}})
      }
      await idle()
      const since = store.revision
      objects.remove('ConfigMap', {namespace: 'default', name: `${root}`}, {propagation: 'Foreground'})
      await idle()
      await stop()
      const gone = store
        .changes(since)
        .filter(({type, object}) => type === 'DELETED' && object.kind === 'ConfigMap')
        .map(({object}): KubeObjectAny => object)
      for (const [place, {metadata}] of gone.entries())
        for (const {name} of metadata.ownerReferences ?? []) {
          const owner = gone.findIndex(one => one.metadata.name === name)
          t.true(owner === -1 || owner > place, `${name} went before ${metadata.name}`)
        }
    }),
    {numRuns: 150},
  )
})
