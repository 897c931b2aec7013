import test from 'ava'
import {podsPath, testApi} from '../_api.ts'
import {web} from './_bodies.ts'

test('a name is drawn where only its beginning is given', async t => {
  const {ask} = testApi()
  const {body} = await ask('POST', podsPath, {body: {...web, metadata: {generateName: 'web-'}}})
  t.regex(body.metadata.name, /^web-[bcdfghjklmnpqrstvwxz2456789]{5}$/)
})

test('where no free name is drawn in eight tries, the last one is said to be taken', async t => {
  const {ask} = testApi()
  const body = {...web, metadata: {generateName: 'web-'}}
  t.is((await ask('POST', podsPath, {body})).status, 201)
  const {status, body: said} = await ask('POST', podsPath, {body})
  t.is(status, 409)
  t.regex(said.message, /^pods "web-\S{5}" already exists$/)
})

test('what is there already is not created again', async t => {
  const {ask} = testApi()
  await ask('POST', podsPath, {body: web})
  const {status, body} = await ask('POST', podsPath, {body: web})
  t.is(status, 409)
  t.like(body, {message: 'pods "web" already exists', reason: 'AlreadyExists', details: {name: 'web', kind: 'pods'}})
  const sets = '/apis/apps/v1/namespaces/default/replicasets'
  const missing = await ask('GET', `${sets}/nope`)
  t.like(missing.body, {
    message: 'replicasets.apps "nope" not found',
    details: {name: 'nope', group: 'apps', kind: 'replicasets'},
  })
})
