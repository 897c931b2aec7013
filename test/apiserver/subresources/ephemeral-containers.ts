import test from 'ava'
import {testApi} from '../_api.ts'

const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {name: 'web'},
  spec: {containers: [{name: 'main', image: 'nginx'}], initContainers: [{name: 'first', image: 'busybox'}]},
}
const at = '/api/v1/namespaces/default/pods/web/ephemeralcontainers'

async function withPod() {
  const {ask} = testApi()
  await ask('POST', '/api/v1/namespaces/default/pods', {body: pod})
  return (...ephemeralContainers: readonly unknown[]) =>
    ask('PATCH', at, {
      body: {spec: {ephemeralContainers}},
      headers: {'content-type': 'application/strategic-merge-patch+json'},
    })
}

test('a container is put into a pod, with what the API server fills in', async t => {
  const put = await withPod()
  const {status, body} = await put({name: 'debug', image: 'busybox', targetContainerName: 'main', stdin: true})
  t.is(status, 200)
  t.deepEqual(body.spec.ephemeralContainers, [
    {
      image: 'busybox',
      imagePullPolicy: 'Always',
      name: 'debug',
      resources: {},
      stdin: true,
      targetContainerName: 'main',
      terminationMessagePath: '/dev/termination-log',
      terminationMessagePolicy: 'File',
    },
  ])
  t.is((await put({name: 'second', image: 'busybox'})).body.spec.ephemeralContainers.length, 2)
})

const refused = test.macro(async (t, container: unknown, message: string) => {
  const put = await withPod()
  const {status, body} = await put(container)
  t.is(status, 422)
  t.is(body.message, `Pod "web" is invalid: ${message}`)
})
const field = 'spec.ephemeralContainers[0]'
const never = 'Forbidden: cannot be set for an Ephemeral Container'

for (const [title, more, message] of [
  ['a name that a container has', {name: 'main'}, `${field}.name: Duplicate value: "main"`],
  ['a name that an init container has', {name: 'first'}, `${field}.name: Duplicate value: "first"`],
  ['a target that is not there', {targetContainerName: 'nope'}, `${field}.targetContainerName: Not found: "nope"`],
  ['ports', {ports: [{containerPort: 80}]}, `${field}.ports: ${never}`],
  ['resources', {resources: {limits: {cpu: '1'}}}, `${field}.resources: ${never}`],
  ['a readiness probe', {readinessProbe: {tcpSocket: {port: 80}}}, `${field}.readinessProbe: ${never}`],
  ['a liveness probe', {livenessProbe: {tcpSocket: {port: 80}}}, `${field}.livenessProbe: ${never}`],
  ['a startup probe', {startupProbe: {tcpSocket: {port: 80}}}, `${field}.startupProbe: ${never}`],
  ['a hook', {lifecycle: {preStop: {exec: {command: ['true']}}}}, `${field}.lifecycle: ${never}`],
  [
    'a volume that the pod does not have',
    {volumeMounts: [{name: 'data', mountPath: '/data'}]},
    `${field}.volumeMounts[0].name: Not found: "data"`,
  ],
] as const)
  test(`an ephemeral container is refused for ${title}`, refused, {name: 'debug', image: 'busybox', ...more}, message)

test('an ephemeral container is neither changed nor taken away', async t => {
  const put = await withPod()
  await put({name: 'debug', image: 'busybox'})
  const changed = await put({name: 'debug', image: 'nginx'})
  const words = 'existing ephemeral containers "debug" may not be'
  t.is(changed.body.message, `Pod "web" is invalid: spec.ephemeralContainers: Forbidden: ${words} changed`)
  const removed = await put({name: 'debug', $patch: 'delete'})
  t.is(removed.body.message, `Pod "web" is invalid: spec.ephemeralContainers: Forbidden: ${words} removed`)
})
