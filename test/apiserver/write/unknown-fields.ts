import test from 'ava'
import {podNamed, podsPath, testApi} from '../_api.ts'

const strict = 'fieldValidation=Strict'
const unknownFields = {
  ...podNamed('web'),
  spec: {...podNamed('web').spec, foo: 1, containers: [{name: 'c', image: 'i', bar: 2}]},
}

test('unknown fields: an error that names them, a warning, or nothing', async t => {
  const {ask} = testApi()
  const refused = await ask('POST', `${podsPath}?${strict}`, {body: unknownFields})
  t.is(refused.status, 400)
  t.is(
    refused.body.message,
    'Pod in version "v1" cannot be handled as a Pod: strict decoding error: unknown field "spec.containers[0].bar", unknown field "spec.foo"',
  )
  t.is(refused.body.reason, 'BadRequest')
  const warned = await ask('POST', `${podsPath}?fieldValidation=Warn&dryRun=All`, {body: unknownFields})
  t.is(warned.status, 201)
  t.deepEqual(warned.headers?.warning, [
    '299 - "unknown field \\"spec.containers[0].bar\\""',
    '299 - "unknown field \\"spec.foo\\""',
  ])
  const ignored = await ask('POST', `${podsPath}?fieldValidation=Ignore`, {body: unknownFields})
  t.is(ignored.status, 201)
  t.is(ignored.headers?.warning, undefined)
  t.is(ignored.body.spec.foo, undefined)
})
