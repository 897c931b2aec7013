import test from 'ava'
import fc from 'fast-check'
import {parseSelector} from '../../src/objects/selector.ts'
import {follow} from '../../src/store/follow.ts'
import {memoryStore} from '../../src/store/memory.ts'
import {selectPods} from '../../src/store/view.ts'
import {samplePod} from '../objects/_samples.ts'

const label = fc.constantFrom('x', 'y', 'z')
const name = fc.constantFrom('a', 'b', 'c', 'd')
const steps = fc.array(
  fc.record({name, verb: fc.constantFrom('put', 'delete'), app: label, tier: label, node: label}),
  {
    maxLength: 40,
  },
)

for (const historyLimit of [1, 1000])
  test(`a view that remembers ${historyLimit} changes finds exactly what a look through everything finds`, t => {
    fc.assert(
      fc.property(steps, fc.array(fc.boolean()), (all, reads) => {
        let uids = 0
        const store = memoryStore({clock: () => 0, uid: () => `${++uids}`, historyLimit})
        const followed = follow(store)
        all.forEach((step, index) => {
          const pod = samplePod(step.name, {labels: {app: step.app, tier: step.tier}, spec: {nodeName: step.node}})
          const there = store.get('Pod', pod.metadata) !== undefined
          if (step.verb === 'delete') there && store.delete('Pod', pod.metadata)
          else there ? store.update(pod) : store.create(pod)
          if (reads[index]) followed.catchUp()
        })
        followed.catchUp()
        const names = (pods: readonly {metadata: {name: string}}[]) => pods.map(pod => pod.metadata.name).toSorted()
        for (const text of ['app=x', 'app=x,tier=y', 'app in (x,y)', 'app!=z', '']) {
          const selector = parseSelector(text)
          const expected = store.list('Pod', {namespace: 'default', selector})
          t.deepEqual(names(selectPods(followed.view, 'default', selector)), names(expected))
        }
        const placed = store.list('Pod').filter(pod => pod.spec.nodeName === 'x')
        t.deepEqual(names(followed.view.find('podsByNode', 'x')), names(placed))
        t.is(followed.view.count('podsByNode', 'x'), placed.length)
        t.deepEqual(names(followed.view.all('Pod')), names(store.list('Pod')))
        t.true(store.list('Pod').every(pod => followed.view.get('Pod', pod.metadata) === pod))
      }),
    )
  })
