import test from 'ava'
import {podsPath, testApi} from '../_api.ts'
import {labelled, named, web} from './_bodies.ts'

test('a dry run checks everything and stores nothing', async t => {
  const {ask, store} = testApi()
  const {revision} = store
  const created = await ask('POST', `${podsPath}?dryRun=All`, {body: web})
  t.is(created.status, 201)
  t.is(created.body.status.phase, 'Pending')
  t.is(created.body.metadata.resourceVersion, undefined)
  t.is((await ask('POST', `${podsPath}?dryRun=All`, {body: named('No Name')})).status, 422)
  t.is(store.revision, revision)
  await ask('POST', podsPath, {body: web})
  const after = store.revision
  t.is((await ask('POST', `${podsPath}?dryRun=All`, {body: web})).status, 409)
  t.is((await ask('DELETE', `${podsPath}/web?dryRun=All`)).status, 200)
  t.is((await ask('PUT', `${podsPath}/web?dryRun=All`, {body: labelled({a: 'b'})})).body.metadata.labels.a, 'b')
  t.is(store.revision, after)
})
