import test from 'ava'
import type {BudgetStatus} from '../../../src/objects/pod-disruption-budget.ts'
import {testApi} from '../_api.ts'

const pods = '/api/v1/namespaces/default/pods'
const budgets = '/apis/policy/v1/namespaces/default/poddisruptionbudgets'

type PodSketch = {readonly phase?: string; readonly ready?: boolean}

/** A pod `web`, and a budget `floor` that its controller has counted. */
async function withBudget(
  {disruptionsAllowed = 1, currentHealthy = 3, desiredHealthy = 2, ...status}: Partial<BudgetStatus> = {},
  {phase = 'Running', ready = true}: PodSketch = {},
  spec: object = {},
) {
  const {ask, store} = testApi()
  const metadata = {name: 'web', labels: {app: 'web'}}
  const containers = [{name: 'main', image: 'nginx'}]
  await ask('POST', pods, {body: {apiVersion: 'v1', kind: 'Pod', metadata, spec: {containers, nodeName: 'n'}}})
  const conditions = [{type: 'Ready', status: ready ? 'True' : 'False'}]
  await ask('PUT', `${pods}/web/status`, {
    body: {apiVersion: 'v1', kind: 'Pod', metadata, spec: {containers}, status: {phase, conditions}},
  })
  const addBudget = (name: string) =>
    ask('POST', budgets, {
      body: {
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        metadata: {name},
        spec: {minAvailable: 2, selector: {matchLabels: {app: 'web'}}, ...spec},
      },
    })
  await addBudget('floor')
  const budget = () => store.get('PodDisruptionBudget', {namespace: 'default', name: 'floor'})
  const before = budget()
  const told = {disruptionsAllowed, currentHealthy, desiredHealthy, expectedPods: 3, observedGeneration: 1, ...status}
  if (before) store.update({...before, status: told})
  const evict = (more: object = {}) =>
    ask('POST', `${pods}/web/eviction`, {
      body: {apiVersion: 'policy/v1', kind: 'Eviction', metadata: {name: 'web', namespace: 'default'}, ...more},
    })
  const pod = () => store.get('Pod', {namespace: 'default', name: 'web'})
  return {evict, budget, pod, addBudget}
}

test('an eviction takes from the budget, notes the pod, and says in the pod why it goes', async t => {
  const {evict, budget, pod} = await withBudget()
  const {status, body} = await evict()
  t.is(status, 201)
  t.like(body, {kind: 'Status', status: 'Success'})
  t.like(budget()?.status, {disruptionsAllowed: 0, disruptedPods: {web: '2026-01-01T00:00:10Z'}})
  t.truthy(pod()?.metadata.deletionTimestamp)
  t.like(
    pod()?.status?.conditions?.find(({type}) => type === 'DisruptionTarget'),
    {status: 'True', reason: 'EvictionByEvictionAPI', message: 'Eviction API: evicting'},
  )
})

test('a dry run takes nothing', async t => {
  const {evict, budget, pod} = await withBudget()
  t.is((await evict({deleteOptions: {dryRun: ['All']}})).status, 201)
  t.is(budget()?.status?.disruptionsAllowed, 1)
  t.is(pod()?.metadata.deletionTimestamp, undefined)
})

const refused = test.macro({
  exec: async (t, _title: string, told: Partial<BudgetStatus>, cause: string, retryAfterSeconds?: number) => {
    const {evict, pod} = await withBudget({disruptionsAllowed: 0, ...told})
    const {status, body} = await evict()
    t.is(status, 429)
    t.like(body, {
      reason: 'TooManyRequests',
      message: "Cannot evict pod as it would violate the pod's disruption budget.",
    })
    t.deepEqual(body.details, {
      ...(retryAfterSeconds && {retryAfterSeconds}),
      causes: [{reason: 'DisruptionBudget', message: cause}],
    })
    t.is(pod()?.metadata.deletionTimestamp, undefined)
  },
  title: (_, title) => `an eviction is refused while ${title}`,
})
const lacking = 'The disruption budget floor needs 2 healthy pods and has 2 currently'
const notYet = 'The disruption budget floor is still being processed by the server.'
const failed =
  'The disruption budget floor does not allow evicting pods currently because it failed sync: daemonsets.apps does not implement the scale subresource'

test(refused, 'no pod can be missed', {currentHealthy: 2}, lacking)
test(refused, 'the budget has not been counted', {observedGeneration: 0}, notYet, 10)
test(
  refused,
  'the budget cannot be counted',
  {
    conditions: [
      {
        type: 'DisruptionAllowed',
        status: 'False',
        reason: 'SyncFailed',
        message: 'daemonsets.apps does not implement the scale subresource',
      },
    ],
  },
  failed,
)

test('two budgets for one pod are too many', async t => {
  const {evict, addBudget} = await withBudget()
  await addBudget('second')
  const {status, body} = await evict()
  t.is(status, 500)
  t.is(body.message, 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.')
})

const allowed = test.macro({
  exec: async (t, _title: string, told: Partial<BudgetStatus>, sketch: PodSketch, spec: object = {}) => {
    const {evict, budget} = await withBudget({disruptionsAllowed: 0, ...told}, sketch, spec)
    t.is((await evict()).status, 201)
    t.is(budget()?.status?.disruptionsAllowed, 0)
  },
  title: (_, title) => `a budget is not asked for ${title}`,
})

test(allowed, 'a pod that does not run yet', {}, {phase: 'Pending', ready: false})
test(allowed, 'a pod that has run to its end', {}, {phase: 'Succeeded', ready: false})
test(allowed, 'a pod that is not ready while enough are', {currentHealthy: 2}, {ready: false})
test(
  allowed,
  'a pod that is not ready, where the budget says so',
  {currentHealthy: 1},
  {ready: false},
  {
    unhealthyPodEvictionPolicy: 'AlwaysAllow',
  },
)

test('a pod that is not ready is kept while too few are', async t => {
  const {evict} = await withBudget({disruptionsAllowed: 0, currentHealthy: 1}, {ready: false})
  t.is((await evict()).status, 429)
})

test('an eviction is of this very pod, when it says so', async t => {
  const {evict, pod, budget} = await withBudget()
  const stale = await evict({deleteOptions: {preconditions: {uid: 'another'}}})
  t.is(stale.status, 409)
  t.is(budget()?.status?.disruptionsAllowed, 1, 'nothing is taken for it')
  const resourceVersion = pod()?.metadata.resourceVersion
  t.is((await evict({deleteOptions: {preconditions: {resourceVersion}}})).status, 201)
})

for (const [title, body, status] of [
  ['another name', {metadata: {name: 'other'}}, 400],
  ['a strange policy', {deleteOptions: {propagationPolicy: 'Sideways'}}, 422],
  ['a strange dry run', {deleteOptions: {dryRun: ['Some']}}, 422],
] as const)
  test(`an eviction with ${title} is refused`, async t => {
    const {evict, pod} = await withBudget()
    t.is((await evict(body)).status, status)
    t.is(pod()?.metadata.deletionTimestamp, undefined)
  })
