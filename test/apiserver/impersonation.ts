import test from 'ava'
import {impersonated} from '../../src/apiserver/impersonation.ts'
import {ApiError} from '../../src/apiserver/status.ts'
import {testApi} from './_api.ts'

const admin = {name: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated']}
const groups = (name: string, group?: string) =>
  impersonated(admin, {'impersonate-user': name, ...(group && {'impersonate-group': group})}).groups

test('who names nobody else is himself', t => t.is(impersonated(admin, {}), admin))

test('another user is in his groups, and has got in', t => {
  t.deepEqual(groups('bob'), ['system:authenticated'])
  t.deepEqual(groups('bob', 'dev, ops'), ['dev', 'ops', 'system:authenticated'])
  t.deepEqual(groups('system:anonymous'), ['system:unauthenticated'])
  t.deepEqual(groups('system:serviceaccount:web:bot'), [
    'system:serviceaccounts',
    'system:serviceaccounts:web',
    'system:authenticated',
  ])
})

test('what else is said of him is kept', t => {
  const headers = {'impersonate-user': 'bob', 'impersonate-uid': '7', 'impersonate-extra-team%2fone': 'a, b'}
  t.like(impersonated(admin, headers), {uid: '7', extra: {'team/one': ['a', 'b']}})
})

test('groups without a user are refused', t => {
  const error = t.throws(() => impersonated(admin, {'impersonate-group': 'dev'}), {instanceOf: ApiError})
  t.is(error.message, 'requested ["dev"] without impersonating a user')
})

test('the server takes him for the other', async t => {
  const {ask} = testApi()
  const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews'
  const {body} = await ask('POST', path, {body: {}, headers: {'impersonate-user': 'bob'}})
  t.is(body.status.userInfo.username, 'bob')
  t.is((await ask('POST', path, {body: {}, headers: {'impersonate-user': 'bob'}, user: undefined})).status, 401)
})
