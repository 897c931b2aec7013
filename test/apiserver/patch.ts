import test from 'ava'
import {podNamed, podsPath, testApi} from './_api.ts'

const web = {
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: {name: 'web'},
  spec: {
    replicas: 1,
    selector: {matchLabels: {app: 'web'}},
    template: {metadata: {labels: {app: 'web'}}, spec: {containers: [{name: 'c', image: 'nginx'}]}},
  },
}
const webPath = '/apis/apps/v1/namespaces/default/replicasets/web'

const patches = test.macro({
  exec: async (t, type: string, body: unknown) => {
    const {ask} = testApi()
    await ask('POST', podsPath, {body: podNamed('web')})
    const headers = {'content-type': `application/${type}+json`}
    const patched = await ask('PATCH', `${podsPath}/web`, {headers, body})
    t.is(patched.status, 200, patched.text)
    t.deepEqual(patched.body.metadata.labels, {app: 'web', tier: 'front'})
    const again = await ask('PATCH', `${podsPath}/web`, {headers, body})
    t.is(again.body.metadata.resourceVersion, patched.body.metadata.resourceVersion)
  },
  title: (_, type) => `a ${type} changes what it says, and a second time nothing`,
})

test(patches, 'strategic-merge-patch', {metadata: {labels: {tier: 'front'}}})
test(patches, 'merge-patch', {metadata: {labels: {tier: 'front'}}})
test(patches, 'json-patch', [{op: 'add', path: '/metadata/labels/tier', value: 'front'}])

const refused = test.macro({
  exec: async (t, type: string, body: unknown, status: number, message: RegExp) => {
    const {ask} = testApi()
    await ask('POST', podsPath, {body: podNamed('web')})
    const answer = await ask('PATCH', `${podsPath}/web?fieldValidation=Strict`, {headers: {'content-type': type}, body})
    t.is(answer.status, status, answer.text)
    t.regex(answer.body.message, message)
  },
  title: (_, type, body) => `refused: ${type} ${JSON.stringify(body)}`,
})

test(refused, 'text/plain', {}, 415, /accepted media types include: application\/json-patch\+json/)
test(refused, 'application/json', {}, 415, /the body of the request was in an unknown format/)
test(refused, 'application/merge-patch+json', '{', 400, /./)
test(
  refused,
  'application/json-patch+json',
  [{op: 'replace', path: '/metadata/annotations/x', value: '1'}],
  422,
  /the server rejected our request/,
)
test(refused, 'application/merge-patch+json', {spec: {foo: 1}}, 422, /strict decoding error: unknown field "spec.foo"/)
test(refused, 'application/merge-patch+json', {metadata: {labels: {app: 7}}}, 422, /cannot unmarshal number/)
test(refused, 'application/merge-patch+json', {metadata: {name: 'other'}}, 400, /does not match the name on the URL/)
test(refused, 'application/merge-patch+json', {metadata: {resourceVersion: '1'}}, 409, /the object has been modified/)
test(
  refused,
  'application/merge-patch+json',
  {metadata: {uid: 'x'}},
  409,
  /Precondition failed: UID in precondition: x/,
)
test(
  refused,
  'application/strategic-merge-patch+json',
  {spec: {containers: [{image: 'x'}]}},
  400,
  /does not contain declared merge key: name/,
)

test('a scale shows and sets the replicas; without a Content-Type it is JSON', async t => {
  const {ask} = testApi()
  await ask('POST', '/apis/apps/v1/namespaces/default/replicasets', {body: web})
  const {body: scale} = await ask('GET', `${webPath}/scale`)
  t.like(scale, {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    spec: {replicas: 1},
    status: {replicas: 0, selector: 'app=web'},
  })
  const put = await ask('PUT', `${webPath}/scale`, {body: {...scale, spec: {replicas: 3}}})
  t.is(put.body.spec.replicas, 3, put.text)
  t.is((await ask('GET', webPath)).body.spec.replicas, 3)
  const stale = await ask('PUT', `${webPath}/scale`, {body: {...scale, spec: {replicas: 4}}})
  t.is(stale.status, 409)
  const headers = {'content-type': 'application/merge-patch+json'}
  const patched = await ask('PATCH', `${webPath}/scale`, {headers, body: {spec: {replicas: 0}}})
  t.is(patched.body.spec.replicas, 0)
  t.is((await ask('PATCH', `${webPath}/scale`, {headers, body: {spec: {replicas: -1}}})).status, 422)
  t.is((await ask('GET', `${podsPath}/web/scale`)).status, 404)
})

test('a status is written apart: the rest of what is sent with it is not believed', async t => {
  const {ask} = testApi()
  const {body: pod} = await ask('POST', podsPath, {body: podNamed('web')})
  const sent = {...pod, spec: {...pod.spec, nodeName: 'node1'}, status: {phase: 'Running'}}
  const status = await ask('PUT', `${podsPath}/web/status`, {body: sent})
  t.is(status.body.status.phase, 'Running')
  t.is(status.body.spec.nodeName, undefined)
  const main = await ask('PUT', `${podsPath}/web`, {
    body: {...pod, metadata: {...pod.metadata, resourceVersion: ''}, status: {phase: 'Failed'}},
  })
  t.is(main.body.status.phase, 'Running', main.text)
})

test('a pod is bound to a node once', async t => {
  const {ask} = testApi()
  await ask('POST', podsPath, {body: podNamed('web')})
  const body = {apiVersion: 'v1', kind: 'Binding', metadata: {name: 'web'}, target: {kind: 'Node', name: 'node1'}}
  t.is((await ask('POST', `${podsPath}/web/binding`, {body})).status, 201)
  t.is((await ask('GET', `${podsPath}/web`)).body.spec.nodeName, 'node1')
  const twice = await ask('POST', `${podsPath}/web/binding`, {body})
  t.is(
    twice.body.message,
    'Operation cannot be fulfilled on pods/binding "web": pod web is already assigned to node "node1"',
  )
})

test('an eviction is a deletion', async t => {
  const {ask} = testApi()
  await ask('POST', podsPath, {body: podNamed('web')})
  t.is((await ask('POST', `${podsPath}/web/eviction`, {body: {metadata: {name: 'web'}}})).status, 201)
  t.is((await ask('GET', `${podsPath}/web`)).status, 404)
})
