import test from 'ava'
import {parse} from 'yaml'
import {printMistake} from '../../src/objects/mistake.ts'
import {podKind} from '../../src/objects/pod.ts'
import {readObject} from '../../src/objects/read-object.ts'
import {samplePod} from './_samples.ts'

/** What is wrong with a pod that has these fields in its container `a`, or in its spec. */
function mistakesOf(container: string, spec = ''): readonly string[] {
  const text = `{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {${spec} containers: [{name: a, image: i, ${container}}]}}`
  const read = readObject(parse(text), 'default')
  return 'errors' in read ? read.errors.map(printMistake) : []
}

const wrong = test.macro({
  exec: (t, container: string, ...expected: string[]) =>
    t.deepEqual(
      mistakesOf(container),
      expected.map(text => `spec.containers[0].${text}`),
    ),
  title: (_, container, ...expected) => `${container} is ${expected.length ? `wrong: ${expected[0]}` : 'right'}`,
})

test(wrong, 'readinessProbe: {httpGet: {port: 8080}}')
test(
  wrong,
  'readinessProbe: {httpGet: {port: http, path: /ready, scheme: HTTP, httpHeaders: [{name: Host, value: x}]}}',
)
test(wrong, 'readinessProbe: {tcpSocket: {port: 80}, successThreshold: 2, failureThreshold: 1}')
test(wrong, 'livenessProbe: {exec: {command: [cat, /tmp/healthy]}, terminationGracePeriodSeconds: 1}')
test(wrong, 'lifecycle: {postStart: {exec: {command: ["true"]}}, preStop: {sleep: {seconds: 5}}}')
test(wrong, 'readinessProbe: {tcpSocket: {port: 80}, periodSeconds: 0, failureThreshold: 0}')

test(wrong, 'readinessProbe: {}', 'readinessProbe: Required value: must specify a handler type')
test(
  wrong,
  'readinessProbe: {exec: {command: [a]}, tcpSocket: {port: 1}}',
  'readinessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type',
)
test(wrong, 'livenessProbe: {exec: {}}', 'livenessProbe.exec.command: Required value')
test(wrong, 'livenessProbe: {grpc: {port: 80}}', 'livenessProbe.grpc: Forbidden: podlab does not support gRPC probes')
test(
  wrong,
  'livenessProbe: {httpGet: {port: 70000}}',
  'livenessProbe.httpGet.port: Invalid value: 70000: must be between 1 and 65535, inclusive',
)
test(
  wrong,
  'livenessProbe: {httpGet: {port: "80"}}',
  'livenessProbe.httpGet.port: Invalid value: "80": must contain at least one letter (a-z)',
)
test(
  wrong,
  'livenessProbe: {httpGet: {port: 80, scheme: HTTPS}}',
  'livenessProbe.httpGet.scheme: Forbidden: podlab does not support probes over HTTPS',
)
test(
  wrong,
  'livenessProbe: {httpGet: {port: 80, scheme: ftp}}',
  'livenessProbe.httpGet.scheme: Unsupported value: "ftp": supported values: "HTTP", "HTTPS"',
)
test(
  wrong,
  'livenessProbe: {tcpSocket: {port: 80}, failureThreshold: -1, timeoutSeconds: -2}',
  'livenessProbe.failureThreshold: Invalid value: -1: must be greater than or equal to 0',
  'livenessProbe.timeoutSeconds: Invalid value: -2: must be greater than or equal to 0',
)
test(
  wrong,
  'livenessProbe: {tcpSocket: {port: 80}, successThreshold: 2}',
  'livenessProbe.successThreshold: Invalid value: 2: must be 1',
)
test(
  wrong,
  'startupProbe: {tcpSocket: {port: 80}, terminationGracePeriodSeconds: 0}',
  'startupProbe.terminationGracePeriodSeconds: Invalid value: 0: must be greater than 0',
)
test(
  wrong,
  'readinessProbe: {tcpSocket: {port: 80}, terminationGracePeriodSeconds: 5}',
  'readinessProbe.terminationGracePeriodSeconds: Invalid value: 5: must not be set for readinessProbes',
)
test(
  wrong,
  'lifecycle: {preStop: {sleep: {seconds: 31}}}',
  'lifecycle.preStop.sleep: Invalid value: 31: must be greater than 0 and less than terminationGracePeriodSeconds (30)',
)
test(
  wrong,
  'lifecycle: {preStop: {tcpSocket: {port: 80}}}',
  'lifecycle.preStop.tcpSocket: Forbidden: podlab does not support tcpSocket in lifecycle hooks, nor does Kubernetes any more',
)
test(wrong, 'lifecycle: {postStart: {}}', 'lifecycle.postStart: Required value: must specify a handler type')

test('init containers are checked as others are, but have neither probes nor hooks', t => {
  t.deepEqual(mistakesOf('', 'initContainers: [{name: b, image: i}],'), [])
  t.deepEqual(
    mistakesOf('', 'initContainers: [{name: a, image: i, lifecycle: {}, readinessProbe: {exec: {command: [x]}}}],'),
    [
      'spec.initContainers[0].name: Duplicate value: "a"',
      'spec.initContainers[0].lifecycle: Forbidden: may not be set for init containers without restartPolicy=Always',
      'spec.initContainers[0].readinessProbe: Forbidden: may not be set for init containers without restartPolicy=Always',
    ],
  )
  t.deepEqual(mistakesOf('', 'initContainers: [{name: b, image: i, restartPolicy: Always}],'), [
    'spec.initContainers[0].restartPolicy: Forbidden: podlab does not support restart policies of single containers',
  ])
})

test('what a probe leaves out is filled in as Kubernetes does, and 0 counts as left out', t => {
  const probe = {httpGet: {port: 80}, periodSeconds: 0}
  const pod = podKind.defaults(samplePod('p', {spec: {containers: [{name: 'a', image: 'i', livenessProbe: probe}]}}))
  t.deepEqual(pod.spec.containers[0]?.livenessProbe, {
    httpGet: {port: 80, path: '/', scheme: 'HTTP'},
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
  })
  t.false('readinessProbe' in (pod.spec.containers[0] ?? {}))
})
