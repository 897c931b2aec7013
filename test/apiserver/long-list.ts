import test from 'ava'
import type {ApiRequest} from '../../src/apiserver/call.ts'
import {respond} from '../../src/apiserver/respond.ts'
import {testApi} from './_api.ts'

const path = '/api/v1/namespaces/default/configmaps'
const user = {name: 'kubernetes-admin', groups: ['system:masters']}

/** A server with so many ConfigMaps. */
function withMaps(count: number) {
  const {api, ask} = testApi()
  for (let index = 0; index < count; index++)
    api.store.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {namespace: 'default', name: `map-${String(index).padStart(4, '0')}`},
      data: {text: 'x'.repeat(1000)},
    })
  return {api, ask}
}

const request: ApiRequest = {
  method: 'GET',
  url: path,
  headers: {},
  user,
  signal: new AbortController().signal,
  body: async () => Buffer.alloc(0),
}

for (const count of [0, 1, 249, 250, 251, 500, 1001])
  test(`a list of ${count} is whole`, async t => {
    const {ask} = withMaps(count)
    const {body} = await ask('GET', path)
    t.like(body, {kind: 'ConfigMapList', apiVersion: 'v1'})
    t.is(body.items.length, count)
    t.deepEqual(
      body.items.map(({metadata}: {metadata: {name: string}}) => metadata.name),
      Array.from({length: count}, (_, index) => `map-${String(index).padStart(4, '0')}`),
    )
    const table = await ask('GET', path, {headers: {accept: 'application/json;as=Table;v=v1;g=meta.k8s.io'}})
    t.is(table.body.kind, 'Table')
    t.is(table.body.rows.length, count)
    t.is(table.body.columnDefinitions[0].name, 'Name')
  })

test('of a long list no more is text than the client takes', async t => {
  const {api} = withMaps(2000)
  const {body} = await respond(request, api)
  if (typeof body !== 'object' || body instanceof Uint8Array) return t.fail('it came as one text')
  const sizes: number[] = []
  for await (const piece of body) sizes.push(piece.length)
  t.true(sizes.length > 8)
  t.true(Math.max(...sizes) < 400_000, `${Math.max(...sizes)}`)
})

test('a long list shows one moment, whatever happens while it is sent', async t => {
  const {api} = withMaps(1000)
  const {body} = await respond(request, api)
  if (typeof body !== 'object' || body instanceof Uint8Array) return t.fail('it came as one text')
  let text = ''
  for await (const piece of body) {
    text += piece
    const left = api.store.list('ConfigMap', {namespace: 'default'})[0]
    if (left) api.store.delete('ConfigMap', left.metadata)
  }
  t.is(JSON.parse(text).items.length, 1000)
})
