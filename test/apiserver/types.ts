import test from 'ava'
import {podNamed, podsPath, testApi} from './_api.ts'

const mistyped = test.macro({
  exec: async (t, [path, body]: readonly [string, unknown], message: string) => {
    const {ask} = testApi()
    const {status, body: answer} = await ask('POST', path, {body})
    t.is(status, 400)
    t.is(answer.message.replace(/^.* cannot be handled as an? \w+: /, ''), message)
  },
  title: (_, [, body]: readonly [string, unknown]) => `Go's decoder says what is wrong with ${JSON.stringify(body)}`,
})

const pod = (spec: Record<string, unknown>) => [podsPath, podNamed('web', spec)] as const
const container = (fields: Record<string, unknown>) => pod({containers: [{name: 'c', image: 'nginx', ...fields}]})
const services = '/api/v1/namespaces/default/services'
const sets = '/apis/apps/v1/namespaces/default/replicasets'
const maps = '/api/v1/namespaces/default/configmaps'
const into = 'json: cannot unmarshal'

test(
  mistyped,
  container({image: 5}),
  `${into} number into Go struct field Container.spec.containers.image of type string`,
)
test(mistyped, container({tty: 'x'}), `${into} string into Go struct field Container.spec.containers.tty of type bool`)
test(
  mistyped,
  container({command: 'x'}),
  `${into} string into Go struct field Container.spec.containers.command of type []string`,
)
test(
  mistyped,
  container({command: [5]}),
  `${into} number into Go struct field Container.spec.containers.command of type string`,
)
test(
  mistyped,
  container({ports: [{containerPort: '80'}]}),
  `${into} string into Go struct field ContainerPort.spec.containers.ports.containerPort of type int32`,
)
test(
  mistyped,
  container({ports: {}}),
  `${into} object into Go struct field Container.spec.containers.ports of type []v1.ContainerPort`,
)
test(
  mistyped,
  container({env: [{name: 'A', valueFrom: {fieldRef: 'x'}}]}),
  `${into} string into Go struct field EnvVarSource.spec.containers.env.valueFrom.fieldRef of type v1.ObjectFieldSelector`,
)
test(
  mistyped,
  container({livenessProbe: {httpGet: {port: true}}}),
  `${into} bool into Go struct field HTTPGetAction.spec.containers.livenessProbe.httpGet.port of type int32`,
)
test(
  mistyped,
  pod({containers: 'x'}),
  `${into} string into Go struct field PodSpec.spec.containers of type []v1.Container`,
)
test(
  mistyped,
  pod({volumes: [{name: 'v', emptyDir: 5}]}),
  `${into} number into Go struct field Volume.spec.volumes.emptyDir of type v1.EmptyDirVolumeSource`,
)
test(
  mistyped,
  pod({containers: [], terminationGracePeriodSeconds: '3'}),
  `${into} string into Go struct field PodSpec.spec.terminationGracePeriodSeconds of type int64`,
)
test(
  mistyped,
  [services, {spec: {ports: [{port: 80.5}]}}],
  `${into} number 80.5 into Go struct field ServicePort.spec.ports.port of type int32`,
)
test(
  mistyped,
  [services, {spec: {selector: {a: 1}}}],
  `${into} number into Go struct field ServiceSpec.spec.selector of type string`,
)
test(
  mistyped,
  [sets, {spec: {replicas: 'two'}}],
  `${into} string into Go struct field ReplicaSetSpec.spec.replicas of type int32`,
)
test(
  mistyped,
  [sets, {spec: {template: {metadata: {labels: {a: true}}}}}],
  `${into} bool into Go struct field ObjectMeta.spec.template.metadata.labels of type string`,
)
test(mistyped, [maps, {metadata: 'x'}], `${into} string into Go struct field ConfigMap.metadata of type v1.ObjectMeta`)
test(mistyped, [maps, {data: []}], `${into} array into Go struct field ConfigMap.data of type map[string]string`)
