import test from 'ava'
import {podNamed, podsPath, testApi} from './_api.ts'

test('a pod that is created is there under its path, and gone after its deletion', async t => {
  const {ask} = testApi()
  const created = await ask('POST', podsPath, {body: podNamed('web')})
  t.is(created.status, 201)
  t.is(created.body.status.phase, 'Pending')
  t.is((await ask('GET', `${podsPath}/web`)).body.metadata.name, 'web')
  t.is((await ask('DELETE', `${podsPath}/web`)).status, 200)
  const gone = await ask('GET', `${podsPath}/web`)
  t.deepEqual(gone.body, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: 'pods "web" not found',
    reason: 'NotFound',
    details: {name: 'web', kind: 'pods'},
    code: 404,
  })
})

test('a path that leads nowhere is a 404 with empty details', async t => {
  const {ask} = testApi()
  for (const path of ['/nowhere', '/api/v1/unicorns', '/apis/apps/v7', '/api/v1/namespaces/default/pods/x/unicorn']) {
    const {status, body} = await ask('GET', path)
    t.is(status, 404)
    t.is(body.message, 'the server could not find the requested resource')
    t.deepEqual(body.details, {})
  }
})

test('who does not say who he is gets 401, but may ask for the version', async t => {
  const {ask} = testApi()
  const {status, body} = await ask('GET', podsPath, {user: undefined})
  t.is(status, 401)
  t.is(body.reason, 'Unauthorized')
  t.is((await ask('GET', '/version', {user: undefined})).body.minor, '32')
})

test('a list shows items without kind, and the revision of the whole', async t => {
  const {ask, store} = testApi()
  await ask('POST', podsPath, {body: podNamed('web')})
  const {body} = await ask('GET', podsPath)
  t.is(body.kind, 'PodList')
  t.is(body.metadata.resourceVersion, `${store.revision}`)
  t.is(body.items.length, 1)
  t.false('kind' in body.items[0])
})

test('discovery names pods in both shapes', async t => {
  const {ask} = testApi()
  const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json'
  const aggregated = await ask('GET', '/api', {headers: {accept}})
  t.is(aggregated.body.kind, 'APIGroupDiscoveryList')
  const names = aggregated.body.items[0].versions[0].resources.map((one: {resource: string}) => one.resource)
  t.true(names.includes('pods'))
  t.deepEqual((await ask('GET', '/api')).body.versions, ['v1'])
  const legacy = await ask('GET', '/api/v1')
  t.true(legacy.body.resources.some((one: {name: string}) => one.name === 'pods/status'))
})
