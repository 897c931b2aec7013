import test from 'ava'
import {watchObjects} from '../../src/apiserver/verbs/watch.ts'
import {podNamed, podsPath, testApi} from './_api.ts'

// biome-ignore lint/suspicious/noExplicitAny: as clients see it
type Told = {readonly type: string; readonly object: any}

/** Reads a watch for as long as it lasts, which its timeout or its signal ends. */
function events(text: string): readonly Told[] {
  return text
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line))
}

const names = (told: readonly Told[]) =>
  told.map(({type, object}) => `${type} ${object.metadata?.name ?? object.message}`)

/** A watch of which so many pieces are taken. */
async function follow(
  api: ReturnType<typeof testApi>['api'],
  query: string,
  during: (signal: AbortController) => Promise<void>,
) {
  const stop = new AbortController()
  const answer = await watchObjects(
    {
      method: 'GET',
      user: {name: 'test', groups: []},
      kind: 'Pod',
      apiVersion: 'v1',
      namespace: 'default',
      name: '',
      subresource: '',
      rest: '',
      query: new URLSearchParams(`watch=true&${query}`),
      headers: {},
      body: async () => Buffer.alloc(0),
      signal: stop.signal,
    },
    api,
  )
  let text = ''
  const reading = (async () => {
    for await (const piece of answer.body as AsyncIterable<string>) text += piece
  })()
  await during(stop)
  await new Promise(resolve => setImmediate(resolve))
  stop.abort()
  await reading
  return events(text)
}

test('a watch tells what was there and everything that changes', async t => {
  const {api, ask} = testApi()
  await ask('POST', podsPath, {body: podNamed('one')})
  const told = await follow(api, '', async () => {
    await ask('POST', podsPath, {body: podNamed('two')})
    await ask('DELETE', `${podsPath}/one`)
  })
  t.deepEqual(names(told), ['ADDED one', 'ADDED two', 'DELETED one'])
})

test('a watch from a revision tells only what came after it', async t => {
  const {api, ask, store} = testApi()
  await ask('POST', podsPath, {body: podNamed('one')})
  const told = await follow(api, `resourceVersion=${store.revision}`, async () => {
    await ask('POST', podsPath, {body: podNamed('two')})
  })
  t.deepEqual(names(told), ['ADDED two'])
})

test('an object that leaves a selector is DELETED as it was, at the revision of the change', async t => {
  const {api, ask, store} = testApi()
  await ask('POST', podsPath, {body: podNamed('one')})
  const told = await follow(api, `resourceVersion=${store.revision}&labelSelector=app%3Done`, async () => {
    const headers = {'content-type': 'application/merge-patch+json'}
    await ask('PATCH', `${podsPath}/one`, {headers, body: {metadata: {labels: {app: 'other'}}}})
    await ask('PATCH', `${podsPath}/one`, {headers, body: {metadata: {labels: {app: 'one'}}}})
  })
  t.deepEqual(names(told), ['DELETED one', 'ADDED one'])
  t.is(told[0]?.object.metadata.labels.app, 'one')
  t.is(Number(told[1]?.object.metadata.resourceVersion) - 1, Number(told[0]?.object.metadata.resourceVersion))
})

test('a watch of one name tells of no other', async t => {
  const {api, ask} = testApi()
  const told = await follow(api, 'fieldSelector=metadata.name%3Dtwo', async () => {
    await ask('POST', podsPath, {body: podNamed('one')})
    await ask('POST', podsPath, {body: podNamed('two')})
  })
  t.deepEqual(names(told), ['ADDED two'])
})

test('initial events end with a bookmark that says so', async t => {
  const {api, ask, store} = testApi()
  await ask('POST', podsPath, {body: podNamed('one')})
  const query = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true'
  const told = await follow(api, query, async () => undefined)
  t.deepEqual(
    told.map(({type}) => type),
    ['ADDED', 'BOOKMARK'],
  )
  t.is(told[1]?.object.metadata.annotations['k8s.io/initial-events-end'], 'true')
  t.is(told[1]?.object.metadata.resourceVersion, `${store.revision}`)
})

test('a watch from before the history is told 410 in its stream, and ends', async t => {
  const {api, ask} = testApi({historyLimit: 2})
  for (const name of ['a', 'b', 'c', 'd', 'e']) await ask('POST', podsPath, {body: podNamed(name)})
  const {status, text} = await ask('GET', `${podsPath}?watch=true&resourceVersion=1`)
  t.is(status, 200)
  const [event] = events(text)
  t.like(event, {type: 'ERROR', object: {kind: 'Status', reason: 'Expired', code: 410}})
  t.regex(event?.object.message, /^too old resource version: 1 \(\d+\)$/)
  t.is(api.store.revision > 5, true)
})

test('a watch from the future is told so at once', async t => {
  const {ask} = testApi()
  const [event] = events((await ask('GET', `${podsPath}?watch=true&resourceVersion=999999`)).text)
  t.like(event, {type: 'ERROR', object: {code: 504, reason: 'Timeout'}})
  t.is(event?.object.details.causes[0].reason, 'ResourceVersionTooLarge')
})

test('a watch ends when its time is over, and says how far it has seen', async t => {
  const {ask, store} = testApi()
  const {text} = await ask('GET', `${podsPath}?watch=true&timeoutSeconds=1&allowWatchBookmarks=true`)
  const told = events(text)
  t.is(told.at(-1)?.type, 'BOOKMARK')
  t.is(told.at(-1)?.object.metadata.resourceVersion, `${store.revision}`)
})

test('a watch of tables has headings once', async t => {
  const {ask} = testApi()
  await ask('POST', podsPath, {body: podNamed('one')})
  await ask('POST', podsPath, {body: podNamed('two')})
  const headers = {accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json'}
  const told = events((await ask('GET', `${podsPath}?watch=true&timeoutSeconds=1`, {headers})).text)
  t.deepEqual(
    told.map(({object}) => [object.kind, object.columnDefinitions?.length ?? 0, object.rows[0].cells[0]]),
    [
      ['Table', 9, 'one'],
      ['Table', 0, 'two'],
    ],
  )
})

test('a bookmark has the form of the rest of its stream', async t => {
  const {ask} = testApi()
  for (const [as, kind] of [
    ['Table', 'Table'],
    ['PartialObjectMetadata', 'PartialObjectMetadata'],
  ]) {
    const headers = {accept: `application/json;as=${as};v=v1;g=meta.k8s.io`}
    const {text} = await ask('GET', `${podsPath}?watch=true&timeoutSeconds=1&allowWatchBookmarks=true`, {headers})
    t.like(events(text).at(-1), {type: 'BOOKMARK', object: {kind, apiVersion: 'meta.k8s.io/v1'}})
  }
})

const refused = test.macro({
  exec: async (t, query: string, status: number, message: RegExp) => {
    const {ask} = testApi()
    const answer = await ask('GET', `${podsPath}?watch=true&${query}`)
    t.is(answer.status, status)
    t.regex(answer.body.message, message)
  },
  title: (_, query) => `refused: a watch with ${query}`,
})

test(refused, 'resourceVersion=abc', 422, /strconv.ParseUint: parsing "abc": invalid syntax/)
test(refused, 'sendInitialEvents=true', 422, /requires setting resourceVersionMatch to NotOlderThan/)
test(
  refused,
  'resourceVersionMatch=NotOlderThan',
  422,
  /resourceVersionMatch is forbidden for watch unless sendInitialEvents/,
)
test(refused, 'fieldSelector=spec.foo%3D1', 400, /^field label not supported: spec.foo$/)
test(refused, 'labelSelector=%3D%3D%3D', 400, /^found '==', expected: !, identifier, or 'end of string'$/)
