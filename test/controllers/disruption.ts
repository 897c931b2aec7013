import test from 'ava'
import {disruptionController} from '../../src/controllers/disruption/disruption.ts'
import type {KubeObjectAny} from '../../src/objects/kinds.ts'
import type {Pod} from '../../src/objects/pod.ts'
import type {BudgetStatus, PodDisruptionBudget} from '../../src/objects/pod-disruption-budget.ts'
import {samplePod} from '../objects/_samples.ts'
import {birth, viewOf} from './_world.ts'

const selector = {matchLabels: {app: 'web'}}

function budget(spec: PodDisruptionBudget['spec'], status?: Partial<BudgetStatus>): PodDisruptionBudget {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: {name: 'b', namespace: 'default', generation: 1},
    spec: {selector, ...spec},
    ...(status && {status: status as BudgetStatus}),
  }
}

type Sketch = {ready?: boolean; owner?: string; going?: boolean; labels?: Record<string, string>}

function pod(name: string, {ready = true, owner = 'rs', going = false, labels = {app: 'web'}}: Sketch = {}): Pod {
  const object = samplePod(name, {
    uid: name,
    labels,
    status: {phase: 'Running', conditions: [{type: 'Ready', status: ready ? 'True' : 'False'}]},
  })
  const owners = {
    rs: {apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'rs', uid: 'rs', controller: true},
    ds: {apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'ds', uid: 'ds', controller: true},
  }
  const reference = owners[owner as keyof typeof owners]
  const metadata = {
    ...object.metadata,
    ...(reference && {ownerReferences: [reference]}),
    ...(going && {deletionTimestamp: '2025-01-01T00:00:30Z'}),
  }
  return {...object, metadata}
}

const template = {metadata: {labels: {app: 'web'}}, spec: {containers: [{name: 'main', image: 'nginx'}]}}
const world = [
  {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: 'rs',
      namespace: 'default',
      uid: 'rs',
      ownerReferences: [{apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: 'web', controller: true}],
    },
    spec: {replicas: 7, selector, template},
  },
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {name: 'web', namespace: 'default', uid: 'web'},
    spec: {replicas: 4, selector, template},
  },
  {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: {name: 'ds', namespace: 'default', uid: 'ds'},
    spec: {selector, template},
  },
] as unknown as readonly KubeObjectAny[]

/** What is written for a budget: `allowed 1 of 3/2 (4 expected): SufficientPods`. */
function counted(object: PodDisruptionBudget, pods: readonly Pod[], now = birth): string {
  const view = viewOf(object, ...pods, ...world)
  const key = {kind: object.kind, namespace: 'default', name: 'b'}
  const [write] = disruptionController.reconcile(key, view, {now, random: () => 0.5})
  if (write === undefined) return 'nothing'
  const {status} = write.object as PodDisruptionBudget
  const [condition] = status?.conditions ?? []
  const {disruptionsAllowed, currentHealthy, desiredHealthy, expectedPods} = status ?? {}
  return `allowed ${disruptionsAllowed}, healthy ${currentHealthy} of ${desiredHealthy}, expected ${expectedPods}: ${condition?.reason}`
}

const counts = test.macro({
  exec: (t, _title: string, spec: PodDisruptionBudget['spec'], pods: readonly Pod[], expected: string) =>
    t.is(counted(budget(spec), pods), expected),
  title: (_, title) => `a budget counts: ${title}`,
})
const four = ['a', 'b', 'c', 'd'].map(name => pod(name))

test(counts, 'a number', {minAvailable: 3}, four, 'allowed 1, healthy 4 of 3, expected 4: SufficientPods')
test(counts, 'a number that is all', {minAvailable: 4}, four, 'allowed 0, healthy 4 of 4, expected 4: InsufficientPods')
test(counts, 'more than there are', {minAvailable: 9}, four, 'allowed 0, healthy 4 of 9, expected 4: InsufficientPods')
test(
  counts,
  'a share of what the Deployment wants, rounded up',
  {minAvailable: '30%'},
  four.slice(1),
  'allowed 1, healthy 3 of 2, expected 4: SufficientPods',
)
test(
  counts,
  'a number that may be missing',
  {maxUnavailable: 1},
  four,
  'allowed 1, healthy 4 of 3, expected 4: SufficientPods',
)
test(
  counts,
  'a share that may be missing, rounded up',
  {maxUnavailable: '30%'},
  four,
  'allowed 2, healthy 4 of 2, expected 4: SufficientPods',
)
test(counts, 'nothing', {minAvailable: 0}, [], 'allowed 0, healthy 0 of 0, expected 0: InsufficientPods')
test(
  counts,
  'neither pods that are not ready nor those that go',
  {minAvailable: 1},
  [pod('a'), pod('b', {ready: false}), pod('c', {going: true})],
  'allowed 0, healthy 1 of 1, expected 3: InsufficientPods',
)
test(
  counts,
  'no pods of others',
  {minAvailable: 1},
  [pod('a'), pod('b', {labels: {app: 'db'}})],
  'allowed 0, healthy 1 of 1, expected 1: InsufficientPods',
)
test(
  counts,
  'pods without a controller, where their number says it all',
  {minAvailable: 1},
  [pod('a', {owner: ''}), pod('b', {owner: ''})],
  'allowed 1, healthy 2 of 1, expected 2: SufficientPods',
)
test(
  counts,
  'no pods of a DaemonSet, which has no scale',
  {maxUnavailable: 1},
  [pod('a', {owner: 'ds'})],
  'allowed 0, healthy 1 of 0, expected 0: SyncFailed',
)

test('a budget without a selector speaks of no pod, one with an empty selector of all', t => {
  const {selector: _, ...none} = budget({minAvailable: 1}).spec
  t.is(counted({...budget({}), spec: none}, four), 'allowed 0, healthy 0 of 1, expected 0: InsufficientPods')
  t.is(
    counted(budget({minAvailable: 1, selector: {}}), [...four, pod('e', {labels: {}})]),
    'allowed 4, healthy 5 of 1, expected 5: SufficientPods',
  )
})

test('an evicted pod does not count until it is gone, or two minutes later when it is still there', t => {
  const disruptedPods = {a: '2025-01-01T00:00:00Z', gone: '2025-01-01T00:00:00Z'}
  const told = budget({minAvailable: 3}, {disruptionsAllowed: 0, disruptedPods})
  t.is(counted(told, four), 'allowed 0, healthy 3 of 3, expected 4: InsufficientPods')
  t.is(counted(told, four, birth + 120_000), 'allowed 1, healthy 4 of 3, expected 4: SufficientPods')
  const due = disruptionController.due?.(
    {kind: 'PodDisruptionBudget', namespace: 'default', name: 'b'},
    viewOf(told),
    birth,
    birth,
  )
  t.is(due, birth + 120_000)
})

test('a status that is right is not written again', t => {
  const [write] = disruptionController.reconcile(
    {kind: 'PodDisruptionBudget', namespace: 'default', name: 'b'},
    viewOf(budget({minAvailable: 3}), ...four, ...world),
    {now: birth, random: () => 0.5},
  )
  t.is(counted(write?.object as PodDisruptionBudget, four, birth + 5000), 'nothing')
})

test('a change of a pod concerns the budgets that speak of it, before or now', t => {
  const object = pod('a')
  const view = viewOf(budget({minAvailable: 1}), object)
  const keys = (labels: Record<string, string>, before: Record<string, string>) =>
    disruptionController.keysOf(
      {type: 'MODIFIED', revision: 1, object: pod('a', {labels}), before: pod('a', {labels: before})} as never,
      view,
    ).length
  t.is(keys({app: 'web'}, {app: 'db'}), 1)
  t.is(keys({app: 'db'}, {app: 'web'}), 1)
  t.is(keys({app: 'db'}, {app: 'db'}), 0)
})
