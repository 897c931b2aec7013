import {gunzipSync} from 'node:zlib'
import test from 'ava'
import {testApi} from '../_api.ts'

test('the index names a document for each group version, with its hash', async t => {
  const {ask} = testApi()
  const {body} = await ask('GET', '/openapi/v3')
  t.regex(body.paths['apis/apps/v1'].serverRelativeURL, /^\/openapi\/v3\/apis\/apps\/v1\?hash=[0-9A-F]{32}$/)
  t.truthy(body.paths['api/v1'])
})

test('a document may be kept for ever: its hash is part of its address', async t => {
  const {ask} = testApi()
  const index = (await ask('GET', '/openapi/v3')).body
  const {status, headers, body} = await ask('GET', index.paths['api/v1'].serverRelativeURL)
  t.is(status, 200)
  t.is(headers?.['cache-control'], 'public, immutable')
  t.true(index.paths['api/v1'].serverRelativeURL.endsWith(String(headers?.etag).replaceAll('"', '')))
  t.truthy(body.components.schemas['io.k8s.api.core.v1.Pod'])
})

test('who takes gzip gets gzip', async t => {
  const {api} = testApi()
  const {respond} = await import('../../../src/apiserver/respond.ts')
  const user = {name: 'a', groups: []}
  const headers = {'accept-encoding': 'gzip'}
  const request = {method: 'GET', url: '/openapi/v3/apis/apps/v1', headers, user, body: async () => Buffer.alloc(0)}
  const answer = await respond({...request, signal: new AbortController().signal}, api)
  t.is(answer.headers?.['content-encoding'], 'gzip')
  const text = gunzipSync(answer.body as Uint8Array).toString()
  t.truthy(JSON.parse(text).components.schemas['io.k8s.api.apps.v1.Deployment'])
})

test('a group that is not there is not found', async t => {
  const {ask} = testApi()
  t.is((await ask('GET', '/openapi/v3/apis/nope/v1')).status, 404)
})

test('version 2 is empty, in the form that old clients ask for', async t => {
  const {ask} = testApi()
  const {headers, text} = await ask('GET', '/openapi/v2')
  t.is(headers?.['content-type'], 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf')
  t.true(text.includes('2.0'))
})

test('an object may come in Protocol Buffers', async t => {
  const {ask} = testApi()
  const body = Buffer.from(
    '6b38730a0f0a02763112094e616d65737061636512080a060a04626c7565'.replace('6b3873', '6b387300'),
    'hex',
  )
  const {status, body: answer} = await ask('POST', '/api/v1/namespaces', {
    body,
    headers: {'content-type': 'application/vnd.kubernetes.protobuf'},
  })
  t.is(status, 201)
  t.like(answer, {kind: 'Namespace', metadata: {name: 'blue'}})
})

test('one that cannot be decoded is a bad request', async t => {
  const {ask} = testApi()
  const headers = {'content-type': 'application/vnd.kubernetes.protobuf'}
  const {status, body} = await ask('POST', '/api/v1/namespaces', {body: Buffer.from('{"kind":"Namespace"}'), headers})
  t.is(status, 400)
  t.regex(body.message, /does not appear to be a protobuf message/)
})
