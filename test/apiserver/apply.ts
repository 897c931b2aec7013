import test from 'ava'
import {testApi} from './_api.ts'

const path = '/apis/apps/v1/namespaces/default/deployments/web'
const config = ({image = 'nginx', replicas = 2, more = ''} = {}) => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "${image}"}]}
${more}`

type Wish = {readonly manager?: string; readonly query?: string}

function world() {
  const {ask, store} = testApi()
  const apply = (body: string, {manager = 'kubectl', query = ''}: Wish = {}) =>
    ask('PATCH', `${path}?fieldManager=${manager}${query}`, {
      body,
      headers: {'content-type': 'application/apply-patch+yaml'},
    })
  const merge = (body: unknown, manager: string) =>
    ask('PATCH', `${path}?fieldManager=${manager}`, {body, headers: {'content-type': 'application/merge-patch+json'}})
  return {ask, store, apply, merge}
}

test('what is applied and not there is created, and applied again it stays as it is', async t => {
  const {apply, store} = world()
  const made = await apply(config())
  t.is(made.status, 201, made.text)
  t.is(made.body.spec.template.spec.containers[0].imagePullPolicy, 'Always')
  const {revision} = store
  const again = await apply(config())
  t.is(again.status, 200)
  t.is(store.revision, revision)
})

test('a field that another one has set is a conflict that names him, and is taken by force', async t => {
  const {apply, merge} = world()
  await apply(config())
  await merge({spec: {replicas: 3}}, 'somebody')
  const refused = await apply(config())
  t.is(refused.status, 409)
  t.like(refused.body, {
    reason: 'Conflict',
    message: 'Apply failed with 1 conflict: conflict with "somebody" using apps/v1: .spec.replicas',
    details: {causes: [{reason: 'FieldManagerConflict', field: '.spec.replicas'}]},
  })
  const forced = await apply(config(), {query: '&force=true'})
  t.is(forced.body.spec.replicas, 2)
})

test('who scales by the subresource owns the replicas', async t => {
  const {ask, apply} = world()
  await apply(config())
  const headers = {'content-type': 'application/merge-patch+json'}
  await ask('PATCH', `${path}/scale?fieldManager=kubectl-scale`, {headers, body: {spec: {replicas: 5}}})
  const {body} = await apply(config())
  t.is(
    body.message,
    'Apply failed with 1 conflict: conflict with "kubectl-scale" with subresource "scale" using apps/v1: .spec.replicas',
  )
})

test('what is not applied any more goes, unless somebody else has it', async t => {
  const {apply} = world()
  await apply(`${config()}  minReadySeconds: 5\n  revisionHistoryLimit: 3\n`)
  await apply('apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {minReadySeconds: 5}\n', {
    manager: 'other',
  })
  const {body} = await apply(config())
  t.is(body.spec.minReadySeconds, 5)
  t.is(body.spec.revisionHistoryLimit, 10)
})

test('a dry run of an apply stores nothing', async t => {
  const {ask, apply} = world()
  t.is((await apply(config(), {query: '&dryRun=All'})).status, 201)
  t.is((await ask('GET', path)).status, 404)
})

test('who creates, updates or patches is named as a manager: by his own word, or by his program', async t => {
  const {ask, merge} = world()
  const {body: web} = await ask('POST', '/apis/apps/v1/namespaces/default/deployments', {
    headers: {'user-agent': 'kubectl/v1.33.1 (linux/amd64)', 'content-type': 'application/yaml'},
    body: config(),
  })
  await merge({metadata: {annotations: {a: 'b'}}}, 'marker')
  const {body} = await ask('PUT', `${path}?fieldManager=editor`, {
    body: {...web, metadata: {name: 'web', labels: {app: 'other'}}},
  })
  t.deepEqual(
    body.metadata.managedFields.map(({manager, operation}: {manager: string; operation: string}) => [
      manager,
      operation,
    ]),
    [
      ['editor', 'Update'],
      ['kubectl', 'Update'],
    ],
  )
  const {body: left} = await ask('PUT', path, {body: {...body, metadata: {...body.metadata, managedFields: [{}]}}})
  t.is(left.metadata.managedFields, undefined)
})

const refused = test.macro({
  exec: async (t, body: string, query: string, status: number, message: RegExp) => {
    const {ask, store} = world()
    const {revision} = store
    const headers = {'content-type': 'application/apply-patch+yaml'}
    const answer = await ask('PATCH', `${path}?${query}`, {body, headers})
    t.is(answer.status, status, answer.text)
    t.regex(answer.body.message, message)
    t.is(answer.body.kind, 'Status')
    t.is(store.revision, revision)
  },
  title: (title = '') => `refused: an apply with ${title}`,
})

const me = 'fieldManager=me'
test('no manager', refused, config(), '', 422, /fieldManager: Required value: is required for apply patch/)
test('a manager without measure', refused, config(), `fieldManager=${'x'.repeat(129)}`, 422, /not be more than 128/)
test('a manager nobody can print', refused, config(), 'fieldManager=a%07', 422, /printable characters/)
test(
  'a field that is none',
  refused,
  config({more: '  foo: 1'}),
  me,
  500,
  /^failed to create typed patch object \(default\/web; apps\/v1, Kind=Deployment\): .spec.foo: field not declared in schema$/,
)
test('a value of another type', refused, config({more: '  paused: 7'}), me, 500, /cannot unmarshal number/)
test('no mapping', refused, '[]', me, 400, /expected a mapping/)
test('broken YAML', refused, 'a: [', me, 400, /error converting YAML to JSON/)
test(
  'another version',
  refused,
  'apiVersion: v1\nkind: Deployment\nmetadata: {name: web}\n',
  me,
  400,
  /Incorrect version/,
)
test(
  'managers of its own',
  refused,
  'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, managedFields: [{}]}\n',
  me,
  400,
  /managedFields must be nil/,
)
test(
  'another name',
  refused,
  config().replace('{name: web, labels', '{name: other, labels'),
  me,
  400,
  /does not match the name on the URL/,
)
test(
  'a revision of what is not there',
  refused,
  config().replace('{name: web, labels', '{name: web, resourceVersion: "7", labels'),
  me,
  500,
  /^resourceVersion should not be set on objects to be created$/,
)
test('nothing that is required', refused, 'apiVersion: apps/v1\nkind: Deployment\n', me, 422, /is invalid/)

test('force is for applies alone', async t => {
  const {ask} = world()
  const headers = {'content-type': 'application/merge-patch+json'}
  const {status, body} = await ask('PATCH', `${path}?force=true`, {headers, body: {}})
  t.is(status, 422)
  t.regex(body.message, /force: Forbidden: may not be specified for non-apply patch/)
})
