import test from 'ava'
import {parse} from 'yaml'
import {kinds} from '../../src/objects/kinds.ts'
import {printMistake} from '../../src/objects/mistake.ts'
import {readObject} from '../../src/objects/read-object.ts'

/** The manifest of reference example R2. */
const kubia = `
apiVersion: apps/v1beta2
kind: ReplicaSet
metadata: {name: kubia}
spec:
  replicas: 3
  selector: {matchLabels: {app: kubia}}
  template:
    metadata: {labels: {app: kubia}}
    spec:
      containers:
      - {name: kubia, image: luksa/kubia, ports: [{containerPort: 8080}]}
`

test('an old version of a ReplicaSet becomes apps/v1 in the default namespace', t => {
  const read = readObject(parse(kubia), 'default')
  t.like(read, {object: {apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: {name: 'kubia', namespace: 'default'}}})
})

test('a ReplicaSet of extensions/v1beta1 without selector selects by its template', t => {
  const text = kubia.replace('apps/v1beta2', 'extensions/v1beta1').replace(/ {2}selector.*\n/, '')
  t.like(readObject(parse(text), 'default'), {object: {spec: {selector: {matchLabels: {app: 'kubia'}}}}})
})

test('nulls are fields that are not there', t => {
  const pod = parse(
    '{apiVersion: v1, kind: Pod, metadata: {name: a, labels: }, spec: {containers: [{name: a, image: i, command: }]}}',
  )
  t.deepEqual(readObject(pod, 'x'), {
    object: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {name: 'a', namespace: 'x'},
      spec: {containers: [{name: 'a', image: 'i'}]},
    },
  } as never)
})

test('finalizers and managed fields are kept, a self link is dropped', t => {
  const metadata = {name: 'a', finalizers: ['example.com/cleanup', 'orphan'], managedFields: [{manager: 'kubectl'}]}
  const config = {apiVersion: 'v1', kind: 'Namespace', metadata: {...metadata, selfLink: '/api/v1/namespaces/a'}}
  t.deepEqual(readObject(config, 'x'), {object: {apiVersion: 'v1', kind: 'Namespace', metadata}} as never)
})

test('all mistakes of an object are found together, each with its place', t => {
  const read = readObject(parse(kubia.replace('replicas', 'replicsa').replace('8080', '"8080"')), 'default')
  t.deepEqual(read, {
    errors: [
      {path: ['spec', 'replicsa'], message: 'unknown field "spec.replicsa"', hint: 'did you mean "replicas"?'},
      {
        path: ['spec', 'template', 'spec', 'containers', 0, 'ports', 0, 'containerPort'],
        message: 'expected a whole number, not the string "8080"',
      },
    ],
  })
})

const wrong = test.macro({
  exec: (t, manifest: string, ...expected: string[]) => {
    const read = readObject(parse(manifest), 'default')
    t.deepEqual('errors' in read ? read.errors.map(printMistake) : [], expected)
  },
  title: (_, manifest, ...expected) => `${manifest} is wrong: ${expected[0]}`,
})

const meta = 'metadata: {name: a}'
const service = `apiVersion: v1, kind: Service, ${meta}`
const pod = `apiVersion: v1, kind: Pod, ${meta}`

test(wrong, '3', 'expected a Kubernetes object, a mapping with apiVersion, kind and metadata')
test(wrong, '{apiVersion: v1}', 'kind: Required value')
test(wrong, `{kind: Pod, ${meta}}`, 'apiVersion: Required value; a Pod has v1')
test(
  wrong,
  `{apiVersion: v1, kind: Replicaset, ${meta}}`,
  `kind: podlab does not know the kind "Replicaset"; it knows ${Object.keys(kinds).join(', ')}; did you mean "ReplicaSet"?`,
)
test(
  wrong,
  `{apiVersion: apps/v2, kind: ReplicaSet, ${meta}}`,
  'apiVersion: no matches for kind "ReplicaSet" in version "apps/v2"; expected apps/v1 or apps/v1beta2 or extensions/v1beta1',
)
test(
  wrong,
  `{${service}, spec: {ports: [{port: 70000}]}}`,
  'spec.ports[0].port: Invalid value: 70000: must be between 1 and 65535, inclusive',
)
test(wrong, `{${service}, spec: {}}`, 'spec.ports: Required value')
test(wrong, `{${service}, spec: {clusterIP: None}}`)
test(
  wrong,
  `{${service}, spec: {ports: [{port: 80}, {port: 80, name: b}]}}`,
  'spec.ports[0].name: Required value',
  'spec.ports[1]: Duplicate value: core.ServicePort{Name:"", Protocol:"TCP", AppProtocol:(*string)(nil), Port:80, TargetPort:intstr.IntOrString{Type:0, IntVal:0, StrVal:""}, NodePort:0}',
)
test(
  wrong,
  `{${pod}, spec: {containers: [{name: a, image: i, ports: [{containerPort: 80, hostPort: 8080}, {containerPort: 81, hostPort: 8080}]}]}}`,
  'spec.containers[0].ports[1].hostPort: Duplicate value: "TCP//8080"',
)
test(
  wrong,
  `{${pod}, spec: {hostNetwork: true, containers: [{name: a, image: i, ports: [{containerPort: 80, hostPort: 8080}]}, {name: b, image: i, ports: [{containerPort: 8080}]}]}}`,
  'spec.containers[0].ports[0].containerPort: Invalid value: 80: must match `hostPort` when `hostNetwork` is true',
  'spec.containers[1].ports[0].hostPort: Duplicate value: "TCP//8080"',
)
test(
  wrong,
  `{${service}, spec: {ports: [{port: 80, nodePort: 30080}], externalTrafficPolicy: Local}}`,
  'spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services',
  "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'",
)
test(
  wrong,
  `{${service}, spec: {type: NodePort, ports: [{port: 80, nodePort: 8080}]}}`,
  'spec.ports[0].nodePort: Invalid value: 8080: provided port is not in the valid range. The range of valid ports is 30000-32767',
)
test(
  wrong,
  `{${service}, spec: {type: NodePort, ports: [{name: a, port: 80, nodePort: 30080}, {name: b, port: 81, nodePort: 30080}, {name: c, port: 81, protocol: UDP, nodePort: 30080}]}}`,
  'spec.ports[1].nodePort: Duplicate value: 30080',
)
test(
  wrong,
  `{${service}, spec: {type: NodePort, clusterIP: None, ports: [{port: 80}]}}`,
  'spec.clusterIPs[0]: Invalid value: "None": may not be set to \'None\' for NodePort services',
)
test(
  wrong,
  `{${service}, spec: {ports: [{port: 80, protocol: tcp}]}}`,
  'spec.ports[0].protocol: Unsupported value: "tcp": supported values: "SCTP", "TCP", "UDP"',
)
test(
  wrong,
  `{${service}, spec: {clusterIP: 10.0.0, ports: [{port: 80}]}}`,
  'spec.clusterIP: Invalid value: "10.0.0": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
)
test(
  wrong,
  '{apiVersion: v1, kind: Namespace, metadata: {name: A_b}}',
  "metadata.name: Invalid value: \"A_b\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
)
test(
  wrong,
  '{apiVersion: v1, kind: Namespace, metadata: {name: a, finalizers: [cleanup]}}',
  'metadata.finalizers[0]: Invalid value: "cleanup": name is neither a standard finalizer name nor is it fully qualified',
)
test(wrong, `{${pod}, spec: {containers: []}}`, 'spec.containers: Required value')
test(wrong, `{${pod}, spec: {containers: [{name: a}]}}`, 'spec.containers[0].image: Required value')
test(
  wrong,
  `{${pod}, spec: {containers: [{name: a, image: i}, {name: a, image: i}]}}`,
  'spec.containers[1].name: Duplicate value: "a"',
)
test(
  wrong,
  `{${pod}, spec: {containers: [{name: a, image: i, env: [{name: N, value: 1}]}]}}`,
  'spec.containers[0].env[0].value: expected a string, not the number 1; quote it: "1"',
)
test(
  wrong,
  `{${pod}, spec: {hostPID: true, containers: [{name: a, image: i}]}}`,
  "spec.hostPID: Forbidden: podlab does not support pods in their node's namespaces",
)
test(
  wrong,
  `{apiVersion: apps/v1, kind: ReplicaSet, ${meta}, spec: {selector: {matchLabels: {app: b}}, template: {metadata: {labels: {app: a}}, spec: {containers: [{name: a, image: i}]}}}}`,
  'spec.template.metadata.labels: Invalid value: map[string]string{"app":"a"}: `selector` does not match template `labels`',
)
test(
  wrong,
  `{apiVersion: apps/v1, kind: ReplicaSet, ${meta}, spec: {selector: {}, template: {metadata: {labels: {app: a}}, spec: {restartPolicy: Never, containers: [{name: a, image: i}]}}}}`,
  'spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string(nil), MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: empty selector is invalid for deployment',
  'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
)
