import test from 'ava'
import fc from 'fast-check'
import {podNamed, podsPath, testApi} from './_api.ts'

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

const refused = test.macro({
  exec: async (t, body: unknown, status: number, message: RegExp, headers: Record<string, string> = {}) => {
    const {ask, store} = testApi()
    const {revision} = store
    const answer = await ask('POST', podsPath, {body, headers})
    t.is(answer.status, status, answer.text)
    t.regex(answer.body.message, message)
    t.is(answer.body.kind, 'Status')
    t.is(answer.body.code, status)
    t.is(store.revision, revision)
  },
  title: (title = '') => `refused: ${title}`,
})

const web = podNamed('web')
const named = (name: string) => ({...web, metadata: {name}})
const labelled = (labels: unknown) => ({...web, metadata: {name: 'web', labels}})
const withSpec = (spec: unknown) => ({...web, spec})
const yaml = {'content-type': 'application/yaml'}

test('broken JSON', refused, '{"kind": "Pod",', 400, /couldn't get version\/kind; json parse error/)
test('an empty body', refused, '', 400, /couldn't get version\/kind/)
test('broken YAML', refused, 'kind: [Pod', 400, /error converting YAML to JSON: yaml/, yaml)
test('broken protobuf', refused, 'k8s\0\xff\xff', 400, /./, {'content-type': 'application/vnd.kubernetes.protobuf'})
test('no protobuf at all', refused, '{}', 400, /expected prefix/, {
  'content-type': 'application/vnd.kubernetes.protobuf',
})
test('a media type that nobody reads', refused, web, 415, /accepted media types include: application\/json/, {
  'content-type': 'text/html',
})
test('a list in place of an object', refused, [web], 400, /the object provided is unrecognized/)
test('a number in place of an object', refused, 7, 400, /the object provided is unrecognized/)
test(
  'an object of another kind',
  refused,
  {...web, kind: 'Service'},
  400,
  /Service in version "v1" cannot be handled as a Pod/,
)
test(
  'an object of another version',
  refused,
  {...web, apiVersion: 'apps/v1'},
  400,
  /the API version in the data \(apps\/v1\) does not match the expected API version \(v1\)/,
)
test(
  'an object of another namespace',
  refused,
  {...web, metadata: {name: 'web', namespace: 'kube-system'}},
  400,
  /the namespace of the provided object does not match the namespace sent on the request/,
)
test(
  'a name that is none',
  refused,
  named('No Name'),
  422,
  /^Pod "No Name" is invalid: metadata.name: Invalid value: "No Name": a lowercase RFC 1123 subdomain/,
)
test('no name', refused, {...web, metadata: {}}, 422, /metadata.name: Required value: name or generateName is required/)
test('no containers', refused, withSpec({}), 422, /spec.containers: Required value/)
test(
  'a number for a label',
  refused,
  labelled({app: 7}),
  400,
  /json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string/,
)
test(
  'a text for containers',
  refused,
  withSpec({containers: 'c'}),
  400,
  /cannot unmarshal string into Go struct field PodSpec.spec.containers of type \[\]v1.Container/,
)
test(
  'a number for an image',
  refused,
  withSpec({containers: [{name: 'c', image: 5}]}),
  400,
  /cannot unmarshal number into Go struct field Container.spec.containers.image of type string/,
)
test(
  'a text for a port',
  refused,
  withSpec({containers: [{name: 'c', image: 'i', ports: [{containerPort: 'x'}]}]}),
  400,
  /cannot unmarshal string into Go struct field ContainerPort.spec.containers.ports.containerPort of type int32/,
)
test(
  'a revision of what is not there yet',
  refused,
  {...web, metadata: {name: 'web', resourceVersion: '5'}},
  500,
  /^resourceVersion should not be set on objects to be created$/,
)
test('a label that is none', refused, labelled({'a b': 'c'}), 422, /metadata.labels: Invalid value: "a b"/)
test(
  'a port that is none',
  refused,
  withSpec({containers: [{name: 'c', image: 'i', ports: [{containerPort: 70000}]}]}),
  422,
  /containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive/,
)

test('a wrong option is told with those that there are', async t => {
  const {ask} = testApi()
  const {status, body} = await ask('POST', `${podsPath}?fieldValidation=Sometimes`, {body: web})
  t.is(status, 422)
  t.regex(body.message, /fieldValidation: Unsupported value: "Sometimes": supported values: "Ignore", "Strict", "Warn"/)
  t.is((await ask('POST', `${podsPath}?dryRun=Some`, {body: web})).status, 422)
})

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

test('whatever a body holds, the answer is a Status or the object', async t => {
  const {ask} = testApi()
  await fc.assert(
    fc.asyncProperty(fc.jsonValue(), fc.jsonValue(), async (spec, metadata) => {
      for (const body of [spec, {kind: 'Pod', apiVersion: 'v1', metadata, spec}]) {
        const {status, body: said} = await ask('POST', `${podsPath}?dryRun=All`, {body})
        if (![201, 400, 422].includes(status) || !['Status', 'Pod'].includes(said.kind)) return false
      }
      return true
    }),
    {numRuns: 300},
  )
  t.pass()
})
