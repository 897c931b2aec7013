import test from 'ava'
import {podNamed, podsPath, testApi} from './_api.ts'

async function world() {
  const made = testApi({historyLimit: 4})
  for (const name of ['a', 'b', 'c']) await made.ask('POST', podsPath, {body: podNamed(name)})
  return made
}

const namesIn = ({items}: {items: {metadata: {name: string}}[]}) => items.map(({metadata}) => metadata.name).join('')

test('a list in pieces shows one moment, whatever happens in between', async t => {
  const {ask} = await world()
  const first = await ask('GET', `${podsPath}?limit=2`)
  t.is(namesIn(first.body), 'ab')
  t.is(first.body.metadata.remainingItemCount, 1)
  await ask('DELETE', `${podsPath}/c`)
  await ask('POST', podsPath, {body: podNamed('d')})
  const second = await ask('GET', `${podsPath}?limit=2&continue=${first.body.metadata.continue}`)
  t.is(namesIn(second.body), 'c')
  t.is(second.body.metadata.continue, undefined)
  t.is(second.body.metadata.resourceVersion, first.body.metadata.resourceVersion)
})

test('a piece of a moment that is forgotten is a 410', async t => {
  const {ask} = await world()
  const {body} = await ask('GET', `${podsPath}?limit=2`)
  for (let index = 0; index < 9; index++) await ask('POST', podsPath, {body: podNamed(`n${index}`)})
  const answer = await ask('GET', `${podsPath}?limit=2&continue=${body.metadata.continue}`)
  t.is(answer.status, 410)
  t.is(answer.body.reason, 'Expired')
})

test('a list at an exact revision is what was there then', async t => {
  const {ask, store} = await world()
  const then = store.revision
  await ask('DELETE', `${podsPath}/a`)
  const {body} = await ask('GET', `${podsPath}?resourceVersion=${then}&resourceVersionMatch=Exact`)
  t.is(namesIn(body), 'abc')
})

test('objects of all namespaces are listed without one, and none is named without one', async t => {
  const {ask} = await world()
  t.is(namesIn((await ask('GET', '/api/v1/pods')).body), 'abc')
  t.is((await ask('GET', '/api/v1/pods/a')).status, 404)
})

const selected = test.macro({
  exec: async (t, query: string, names: string) => {
    const {ask} = await world()
    t.is(namesIn((await ask('GET', `${podsPath}?${query}`)).body), names)
  },
  title: (_, query: string) => `selected by ${decodeURIComponent(query)}`,
})

test(selected, 'labelSelector=app%3Da', 'a')
test(selected, 'labelSelector=app!%3Da', 'bc')
test(selected, 'labelSelector=app%20in%20(a,b)', 'ab')
test(selected, 'labelSelector=!app', '')
test(selected, 'fieldSelector=metadata.name%3Db', 'b')
test(selected, 'fieldSelector=metadata.name%3D%3Db', 'b')
test(selected, 'fieldSelector=metadata.name!%3Db,status.phase%3DPending', 'ac')
test(selected, 'fieldSelector=metadata.namespace%3Dkube-system', '')

const refused = test.macro({
  exec: async (t, query: string, status: number, message: RegExp) => {
    const {ask} = await world()
    const answer = await ask('GET', `${podsPath}?${query}`)
    t.is(answer.status, status)
    t.regex(answer.body.message, message)
  },
  title: (_, query) => `refused: a list with ${query}`,
})

test(refused, 'resourceVersion=999999', 504, /^Timeout: Too large resource version: 999999, current: \d+$/)
test(refused, 'resourceVersion=-1', 422, /invalid syntax/)
test(refused, 'resourceVersion=99999999999999999999', 422, /value out of range/)
test(refused, 'limit=many', 400, /strconv.ParseInt: parsing "many": invalid syntax/)
test(refused, 'continue=rubbish', 400, /continue key is not valid/)
test(refused, 'resourceVersionMatch=Exact', 422, /forbidden unless resourceVersion is provided/)
test(refused, 'resourceVersion=1&resourceVersionMatch=Sometimes', 422, /supported values: "Exact", "NotOlderThan", ""/)
test(refused, 'resourceVersion=0&resourceVersionMatch=Exact', 422, /"exact" is forbidden for resourceVersion "0"/)
test(refused, 'fieldSelector=status.foo%3D1', 400, /field label not supported: status.foo/)
test(refused, 'includeObject=Everything', 400, /Unable to convert to Table as requested: includeObject: Invalid value/)

test('a form that the server does not speak is a 406', async t => {
  const {ask} = await world()
  t.is((await ask('GET', podsPath, {headers: {accept: 'text/html'}})).status, 406)
  const headers = {accept: 'application/vnd.kubernetes.protobuf, */*'}
  t.is((await ask('GET', podsPath, {headers})).body.kind, 'PodList')
})
