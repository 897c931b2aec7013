import test from 'ava'
import {podNamed, podsPath, testApi} from './_api.ts'

const authorization = '/apis/authorization.k8s.io/v1'

test('whoever gets in may do everything', async t => {
  const {ask} = testApi()
  const spec = {resourceAttributes: {verb: 'get', resource: 'pods'}}
  const body = {kind: 'SelfSubjectAccessReview', apiVersion: 'authorization.k8s.io/v1', spec}
  const {status, body: review} = await ask('POST', `${authorization}/selfsubjectaccessreviews`, {body})
  t.is(status, 201)
  t.true(review.status.allowed)
  t.deepEqual(review.spec, spec)
})

const refused = test.macro({
  exec: async (t, plural: string, spec: unknown, status: number, message: RegExp) => {
    const {ask} = testApi()
    const answer = await ask('POST', `${authorization}/${plural}`, {body: {spec}})
    t.is(answer.status, status)
    t.regex(answer.body.message, message)
  },
  title: (_, plural, spec) => `refused: ${plural} of ${JSON.stringify(spec)}`,
})

test(refused, 'selfsubjectaccessreviews', {}, 422, /exactly one of nonResourceAttributes or resourceAttributes/)
test(
  refused,
  'selfsubjectaccessreviews',
  {resourceAttributes: {}, nonResourceAttributes: {}},
  422,
  /in combination with/,
)
test(refused, 'subjectaccessreviews', {resourceAttributes: {}}, 422, /at least one of user or group must be specified/)
test(refused, 'selfsubjectrulesreviews', {}, 400, /no namespace on request/)

test('a review says who asks, as his certificate does', async t => {
  const {ask} = testApi()
  const user = {name: 'mara', groups: ['students']}
  const {body} = await ask('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {user, body: {}})
  t.deepEqual(body.status.userInfo, {username: 'mara', groups: ['students']})
})

test('reviews are only created', async t => {
  const {ask} = testApi()
  t.is((await ask('GET', `${authorization}/selfsubjectaccessreviews`)).status, 405)
  t.is((await ask('GET', `${authorization}/unicornreviews`)).status, 404)
})

test('metrics name the pods that run and the nodes, as far as they are measured', async t => {
  const measured = {cpuNanocores: 12_345_678.4, memoryBytes: 5000}
  const usage = {
    node: (name: string) => (name === 'node1' ? measured : undefined),
    container: (_uid: string, name: string) => (name === 'c' ? measured : undefined),
  }
  const {ask} = testApi({usage})
  const {body: pod} = await ask('POST', podsPath, {body: podNamed('web')})
  await ask('POST', podsPath, {body: podNamed('waits')})
  await ask('PUT', `${podsPath}/web/status`, {body: {...pod, status: {phase: 'Running'}}})
  for (const name of ['node1', 'elsewhere']) await ask('POST', '/api/v1/nodes', {body: {metadata: {name}}})
  const {body: pods} = await ask('GET', '/apis/metrics.k8s.io/v1beta1/namespaces/default/pods')
  t.is(pods.kind, 'PodMetricsList')
  t.is(pods.items.length, 1)
  t.like(pods.items[0], {metadata: {name: 'web', labels: {app: 'web'}}, window: '15s'})
  t.deepEqual(pods.items[0].containers, [{name: 'c', usage: {cpu: '12345678n', memory: '5Ki'}}])
  const {body: nodes} = await ask('GET', '/apis/metrics.k8s.io/v1beta1/nodes')
  t.deepEqual(
    nodes.items.map((node: {metadata: {name: string}}) => node.metadata.name),
    ['node1'],
  )
  t.is((await ask('GET', '/apis/metrics.k8s.io/v1beta1/nodes/node1')).body.usage.memory, '5Ki')
  for (const name of ['nope', 'elsewhere'])
    t.is(
      (await ask('GET', `/apis/metrics.k8s.io/v1beta1/nodes/${name}`)).body.message,
      `nodes.metrics.k8s.io "${name}" not found`,
    )
})
