import test from 'ava'
import fc from 'fast-check'
import {podsPath, testApi} from '../_api.ts'
import {labelled, named, web, withSpec} from './_bodies.ts'

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
