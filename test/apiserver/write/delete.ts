import test from 'ava'
import {podNamed, podsPath, testApi} from '../_api.ts'
import {web} from './_bodies.ts'

test('a deletion may insist on this very object', async t => {
  const {ask} = testApi()
  await ask('POST', podsPath, {body: web})
  const body = {kind: 'DeleteOptions', apiVersion: 'v1', preconditions: {uid: 'another'}}
  const {status, body: said} = await ask('DELETE', `${podsPath}/web`, {body})
  t.is(status, 409)
  t.regex(
    said.message,
    /^Operation cannot be fulfilled on Pod "web": the UID in the precondition \(another\) does not match the UID in record \(\S+\). The object might have been deleted and then recreated$/,
  )
  t.is((await ask('DELETE', `${podsPath}/web?propagationPolicy=Sideways`)).status, 422)
  t.is((await ask('DELETE', `${podsPath}/web?gracePeriodSeconds=soon`)).status, 400)
  const revision = {preconditions: {resourceVersion: '1'}}
  t.regex(
    (await ask('DELETE', `${podsPath}/web`, {body: revision})).body.message,
    /the ResourceVersion in the precondition/,
  )
  for (const wrong of [[], 7, {gracePeriodSeconds: 'x'}, {preconditions: 'x'}, {dryRun: 'All'}])
    t.is((await ask('DELETE', `${podsPath}/web`, {body: wrong})).status, 400, JSON.stringify(wrong))
  const both = {propagationPolicy: 'Orphan', orphanDependents: true}
  t.regex((await ask('DELETE', `${podsPath}/web`, {body: both})).body.message, /cannot be both set/)
  t.is((await ask('DELETE', `${podsPath}/web`, {body: {kind: 'Pod'}})).status, 400)
  t.is((await ask('DELETE', `${podsPath}/web`)).status, 200)
})

test('a pod on a node is asked to go in its time, and at once without any', async t => {
  const {ask} = testApi()
  await ask('POST', podsPath, {body: podNamed('web', {nodeName: 'node1'})})
  const {body} = await ask('DELETE', `${podsPath}/web`, {body: {gracePeriodSeconds: 5}})
  t.is(body.metadata.deletionGracePeriodSeconds, 5)
  t.is(body.metadata.deletionTimestamp, '2026-01-01T00:00:15Z')
  await ask('DELETE', `${podsPath}/web?gracePeriodSeconds=0`)
  t.is((await ask('GET', `${podsPath}/web`)).status, 404)
})

test('a collection is deleted as its selectors choose', async t => {
  const {ask} = testApi()
  for (const name of ['a', 'b', 'c']) await ask('POST', podsPath, {body: podNamed(name)})
  const {body} = await ask('DELETE', `${podsPath}?labelSelector=app%20in%20(a,b)`)
  t.is(body.items.length, 2)
  t.is((await ask('GET', podsPath)).body.items.length, 1)
})

test('a Job keeps its pods unless it is told otherwise, and warns of that', async t => {
  const {ask} = testApi()
  const jobs = '/apis/batch/v1/namespaces/default/jobs'
  const template = {spec: {restartPolicy: 'Never', containers: [{name: 'c', image: 'i'}]}}
  const make = () =>
    ask('POST', jobs, {body: {apiVersion: 'batch/v1', kind: 'Job', metadata: {name: 'pi'}, spec: {template}}})
  await make()
  const told = await ask('DELETE', `${jobs}/pi?propagationPolicy=Background`)
  t.deepEqual([told.body.kind, told.body.status, told.headers?.warning], ['Status', 'Success', undefined])
  await make()
  const {body, headers} = await ask('DELETE', `${jobs}/pi`)
  t.deepEqual([body.kind, body.metadata.finalizers], ['Job', ['orphan']])
  t.deepEqual(headers?.warning, [
    '299 - "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning"',
  ])
})
