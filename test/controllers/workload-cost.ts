import test from 'ava'
import {controllers} from '../../src/controllers/index.ts'
import type {KubeObjectAny} from '../../src/objects/kinds.ts'
import {workloadKinds} from '../../src/objects/workload.ts'
import {follow} from '../../src/store/follow.ts'
import type {View} from '../../src/store/view.ts'
import {
  sampleDaemonSet,
  sampleDeployment,
  sampleJob,
  samplePod,
  sampleReplicaSet,
  sampleStatefulSet,
} from '../objects/_samples.ts'
import {simulation} from './_simulation.ts'
import {context} from './_world.ts'

/** How many objects each controller of a workload looks at when a pod of each changes, in a cluster with so many strangers. */
async function seenBeside(strangers: number): Promise<Readonly<Record<string, number>>> {
  const world = simulation()
  const others = Array.from({length: strangers}, (_, index): KubeObjectAny[] => [
    samplePod(`bare-${index}`, {labels: {app: `other-${index}`}}),
    sampleReplicaSet(`set-${index}`, 0, `set-${index}`),
    sampleDeployment(`deployment-${index}`, {replicas: 0}),
    sampleStatefulSet(`stateful-${index}`, {replicas: 0}),
    sampleJob(`job-${index}`, {parallelism: 0, completions: 1}),
  ])
  world.objects.apply(others.flat())
  world.objects.apply([
    sampleReplicaSet('rs', 3, 'rs'),
    sampleDeployment('deploy', {replicas: 3}),
    sampleDaemonSet('ds'),
    sampleStatefulSet('sts', {replicas: 3}),
    sampleJob('pi', {parallelism: 2, completions: 2}),
  ])
  await world.settle()
  const followed = follow(world.store)
  followed.catchUp()
  let seen = 0
  const counting: View = {
    get: (kind, key) => {
      seen += 1
      return followed.view.get(kind, key)
    },
    all: kind => counted(followed.view.all(kind)),
    find: (index, word) => counted(followed.view.find(index, word)),
    count: (index, word) => followed.view.count(index, word),
  }
  const counted = <T>(objects: readonly T[]): readonly T[] => {
    seen += objects.length
    return objects
  }
  const costs: Record<string, number> = {}
  for (const controller of controllers.filter(({watches}) =>
    workloadKinds.some(kind => (watches as readonly string[]).includes(kind)),
  )) {
    if ((controller.watches as readonly string[]).includes('Namespace')) continue
    const owned = world.pods().filter(({metadata}) => metadata.ownerReferences !== undefined)
    seen = 0
    for (const object of owned) {
      const change = {type: 'MODIFIED', revision: 0, object, before: object} as const
      for (const key of controller.keysOf(change, counting)) controller.reconcile(key, counting, context)
    }
    costs[controller.name] = seen
  }
  await world.stop()
  return costs
}

test('what a changed pod costs its workload does not grow with the number of other objects', async t => {
  const [few, many] = [await seenBeside(2), await seenBeside(200)]
  t.deepEqual(many, few)
  t.deepEqual(Object.keys(few).toSorted(), [
    'daemon-set',
    'deployment',
    'job',
    'replica-set',
    'replication-controller',
    'stateful-set',
  ])
  t.true(['daemon-set', 'job', 'replica-set', 'stateful-set'].every(name => (few[name] ?? 0) > 0))
})
