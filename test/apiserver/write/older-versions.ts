import test from 'ava'
import {testApi} from '../_api.ts'

test('an object of an old version is read, stored in the new one, and shown in each that is asked for', async t => {
  const {ask} = testApi()
  const old = '/apis/extensions/v1beta1/namespaces/default/replicasets'
  const template = {metadata: {labels: {app: 'web'}}, spec: {containers: [{name: 'c', image: 'i'}]}}
  const body = {apiVersion: 'extensions/v1beta1', kind: 'ReplicaSet', metadata: {name: 'web'}, spec: {template}}
  const made = await ask('POST', old, {body})
  t.is(made.status, 201, made.text)
  t.is(made.body.apiVersion, 'extensions/v1beta1')
  const {body: now} = await ask('GET', '/apis/apps/v1/namespaces/default/replicasets/web')
  t.is(now.apiVersion, 'apps/v1')
  t.deepEqual(now.spec.selector, {matchLabels: {app: 'web'}})
  t.is((await ask('GET', old)).body.apiVersion, 'extensions/v1beta1')
})

test('an Ingress of a beta version is stored as one of today, shown as either, and patched as either', async t => {
  const {ask} = testApi()
  const beta = '/apis/extensions/v1beta1/namespaces/default/ingresses'
  const today = '/apis/networking.k8s.io/v1/namespaces/default/ingresses/kubia'
  const backend = {serviceName: 'kubia', servicePort: 80}
  const body = {metadata: {name: 'kubia'}, spec: {rules: [{host: 'a.b', http: {paths: [{path: '/', backend}]}}]}}
  const made = await ask('POST', `${beta}?fieldValidation=Strict`, {body})
  t.is(made.status, 201, made.text)
  t.deepEqual(made.body.spec.rules[0].http.paths[0].backend, backend)
  const service = {name: 'kubia', port: {number: 80}}
  t.deepEqual((await ask('GET', today)).body.spec.rules[0].http.paths[0].backend, {service})
  const headers = {'content-type': 'application/merge-patch+json'}
  await ask('PATCH', `${beta}/kubia`, {headers, body: {spec: {backend: {serviceName: 'rest', servicePort: 'http'}}}})
  t.deepEqual((await ask('GET', today)).body.spec.defaultBackend, {service: {name: 'rest', port: {name: 'http'}}})
  const {body: list} = await ask('GET', beta)
  t.deepEqual([list.apiVersion, list.items[0].spec.backend.serviceName], ['extensions/v1beta1', 'rest'])
})
