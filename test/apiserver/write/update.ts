import test from 'ava'
import {podsPath, testApi} from '../_api.ts'
import {named, web} from './_bodies.ts'

test('an update from a stale revision is a conflict, and one that says nothing new is none', async t => {
  const {ask, store} = testApi()
  const {body: pod} = await ask('POST', podsPath, {body: web})
  const changed = {...pod, metadata: {...pod.metadata, labels: {a: 'b'}}}
  t.is((await ask('PUT', `${podsPath}/web`, {body: changed})).status, 200)
  const stale = await ask('PUT', `${podsPath}/web`, {body: changed})
  t.is(stale.status, 409)
  t.is(
    stale.body.message,
    'Operation cannot be fulfilled on pods "web": the object has been modified; please apply your changes to the latest version and try again',
  )
  const {revision} = store
  const {body: now} = await ask('GET', `${podsPath}/web`)
  await ask('PUT', `${podsPath}/web`, {body: now})
  t.is(store.revision, revision)
  t.is((await ask('PUT', `${podsPath}/web`, {body: {...now, metadata: {...now.metadata, name: 'other'}}})).status, 400)
  t.is((await ask('PUT', `${podsPath}/nope`, {body: named('nope')})).status, 404)
})

test('what may not change is named', async t => {
  const {ask} = testApi()
  const {body: pod} = await ask('POST', podsPath, {body: web})
  const body = {...pod, spec: {...pod.spec, restartPolicy: 'Never'}}
  const {status, body: said} = await ask('PUT', `${podsPath}/web`, {body})
  t.is(status, 422)
  t.regex(said.message, /^Pod "web" is invalid: spec: Forbidden: pod updates may not change fields other than/)
  t.is(said.details.causes[0].reason, 'FieldValueForbidden')
})
