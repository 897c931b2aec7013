import test from 'ava'
import {kinds} from '../../src/objects/kinds.ts'
import type {Pod} from '../../src/objects/pod.ts'
import {dnsMistakes} from '../../src/objects/pod-names.ts'
import {quantityOf} from '../../src/objects/resources.ts'
import {filled, read, refused, unchangeable} from './_rules.ts'
import {samplePod} from './_samples.ts'

const pod = (spec: string, container = '') =>
  `{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: a, image: "nginx:1.27"${container && `, ${container}`}}]${spec && `, ${spec}`}}}`

const common = {
  restartPolicy: 'Always',
  terminationGracePeriodSeconds: 30,
  dnsPolicy: 'ClusterFirst',
  schedulerName: 'default-scheduler',
  securityContext: {},
  serviceAccountName: 'default',
  serviceAccount: 'default',
  enableServiceLinks: true,
  tolerations: [
    {key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300},
    {key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300},
  ],
  priority: 0,
  preemptionPolicy: 'PreemptLowerPriority',
}
const container = {
  name: 'a',
  image: 'nginx:1.27',
  imagePullPolicy: 'IfNotPresent',
  resources: {},
  terminationMessagePath: '/dev/termination-log',
  terminationMessagePolicy: 'File',
}

test(filled, pod(''), {spec: {...common, containers: [container]}})
test(filled, pod('serviceAccountName: web, priorityClassName: system-node-critical', 'resources: {limits: {cpu: 1}}'), {
  spec: {
    ...common,
    containers: [{...container, resources: {limits: {cpu: '1'}, requests: {cpu: '1'}}}],
    serviceAccountName: 'web',
    serviceAccount: 'web',
    priorityClassName: 'system-node-critical',
    priority: 2000001000,
  },
})
test(
  filled,
  pod(
    'volumes: [{name: a}, {name: b, configMap: {name: c}}]',
    'env: [{name: E, valueFrom: {fieldRef: {fieldPath: status.podIP}}}]',
  ),
  {
    spec: {
      ...common,
      containers: [
        {...container, env: [{name: 'E', valueFrom: {fieldRef: {apiVersion: 'v1', fieldPath: 'status.podIP'}}}]},
      ],
      volumes: [
        {name: 'a', emptyDir: {}},
        {name: 'b', configMap: {name: 'c', defaultMode: 420}},
      ],
    },
  },
)

test('filling in twice is filling in once', t => {
  const once = read(pod('', 'resources: {limits: {cpu: 1}}')) as Pod
  t.deepEqual(kinds.Pod.defaults(once), once)
})

/** What the manifests of the Kubernetes documentation carry. */
test(
  refused,
  pod(
    `volumes: [{name: s, secret: {secretName: x, items: [{key: k, path: a/b, mode: 256}]}}, {name: p, projected: {sources: [{serviceAccountToken: {path: t}}, {configMap: {name: c}}, {downwardAPI: {items: [{path: l, fieldRef: {fieldPath: metadata.labels}}]}}]}}, {name: h, hostPath: {path: /var/log, type: Directory}}],
     securityContext: {runAsUser: 1000, fsGroup: 2000, seccompProfile: {type: RuntimeDefault}},
     affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: a, operator: In, values: [b]}]}]}}, podAntiAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 100, podAffinityTerm: {labelSelector: {matchLabels: {a: b}}, topologyKey: kubernetes.io/hostname}}]}},
     topologySpreadConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule}],
     tolerations: [{operator: Exists}, {key: a, operator: Equal, value: b, effect: NoExecute, tolerationSeconds: 60}],
     dnsPolicy: None, dnsConfig: {nameservers: [1.1.1.1], searches: [example.com], options: [{name: ndots, value: "2"}]},
     hostAliases: [{ip: 127.0.0.1, hostnames: [foo.local]}], imagePullSecrets: [{name: x}], readinessGates: [{conditionType: www.example.com/feature-1}],
     automountServiceAccountToken: false, priorityClassName: high, runtimeClassName: x, os: {name: linux}, activeDeadlineSeconds: 60`,
    `envFrom: [{prefix: P_, configMapRef: {name: c}}], volumeMounts: [{name: s, mountPath: /s, readOnly: true}], stdin: true, tty: true, workingDir: /x,
     securityContext: {capabilities: {drop: [ALL]}, runAsNonRoot: true}, resources: {requests: {cpu: 0.5, memory: 64Mi}, limits: {cpu: 500m, memory: 0.1Gi}}`,
  ),
)

const at = 'spec.containers[0]'
test(
  refused,
  pod('volumes: [{name: a, emptyDir: {}, hostPath: {path: /x}}]'),
  'spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type',
)
test(refused, pod('volumes: [{name: a}, {name: a}]'), 'spec.volumes[1].name: Duplicate value: "a"')
test(
  refused,
  pod('volumes: [{name: a, configMap: {items: [{key: k, path: ../x}]}}]'),
  'spec.volumes[0].configMap.name: Required value',
  'spec.volumes[0].configMap.items[0].path: Invalid value: "../x": must not contain \'..\'',
)
test(
  refused,
  pod('volumes: [{name: a, persistentVolumeClaim: {claimName: x}}]'),
  'spec.volumes[0].persistentVolumeClaim: Forbidden: podlab does not support volumes that stand for storage of their own',
)
test(
  refused,
  pod('volumes: [{name: a}]', 'volumeMounts: [{name: b, mountPath: /a}, {name: a, mountPath: /a}]'),
  `${at}.volumeMounts[0].name: Not found: "b"`,
  `${at}.volumeMounts[1].mountPath: Invalid value: "/a": must be unique`,
)
test(
  refused,
  pod('', 'env: [{name: A, value: x, valueFrom: {configMapKeyRef: {name: a, key: b}}}]'),
  `${at}.env[0].valueFrom: Invalid value: "": may not be specified when \`value\` is not empty`,
)
test(
  refused,
  pod('', 'env: [{name: A, valueFrom: {}}]'),
  `${at}.env[0].valueFrom: Invalid value: "": must specify one of: \`fieldRef\`, \`resourceFieldRef\`, \`configMapKeyRef\` or \`secretKeyRef\``,
)
test(
  refused,
  pod('', 'env: [{name: A, valueFrom: {fieldRef: {fieldPath: spec.foo}}}]'),
  `${at}.env[0].valueFrom.fieldRef.fieldPath: Invalid value: "spec.foo": error converting fieldPath: field label not supported: spec.foo`,
)
test(
  refused,
  pod('', 'resources: {requests: {cpu: 2}, limits: {cpu: 1500m}}'),
  `${at}.resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1500m`,
)
test(
  refused,
  pod('', 'resources: {limits: {memory: lots}}'),
  `${at}.resources.limits.memory: Invalid value: "lots": quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'`,
)
test(
  refused,
  pod('dnsPolicy: None'),
  'spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None',
)
test(
  refused,
  pod('dnsPolicy: None, dnsConfig: {searches: [a]}'),
  'spec.dnsConfig.nameservers: Required value: must provide at least one DNS nameserver when `dnsPolicy` is None',
)
const subdomain =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
test(
  refused,
  pod('dnsConfig: {searches: [bad_domain, good.example., UPPER.x., "."], options: [{name: ndots}, {value: "1"}]}'),
  `spec.dnsConfig.searches[0]: Invalid value: "bad_domain": ${subdomain}`,
  `spec.dnsConfig.searches[2]: Invalid value: "UPPER.x": ${subdomain}`,
  `spec.dnsConfig.searches[3]: Invalid value: "": ${subdomain}`,
  'spec.dnsConfig.options[1]: Required value: must not be empty',
)
test(
  refused,
  pod('tolerations: [{value: x}, {key: a, operator: Exists, effect: NoSchedule, tolerationSeconds: 5}]'),
  'spec.tolerations[0].operator: Invalid value: "": operator must be Exists when `key` is empty, which means "match all values and all keys"',
  'spec.tolerations[1].effect: Invalid value: "NoSchedule": effect must be \'NoExecute\' when `tolerationSeconds` is set',
)
test(
  refused,
  pod(
    'topologySpreadConstraints: [{maxSkew: 0, topologyKey: zone, whenUnsatisfiable: DoNotSchedule}, {maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule}]',
  ),
  'spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero',
  'spec.topologySpreadConstraints[1]: Duplicate value: "{zone, DoNotSchedule}"',
)
test(
  refused,
  pod('affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 0, preference: {}}]}}'),
  'spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight: Invalid value: 0: must be in the range 1-100',
)
test(
  refused,
  pod('hostAliases: [{ip: foo}]'),
  'spec.hostAliases[0].ip: Invalid value: "foo": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
)
test(
  refused,
  pod('schedulingGates: [{name: a}]'),
  'spec.schedulingGates: Forbidden: podlab does not support scheduling gates',
)

const fixed =
  'spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)'
test(unchangeable, pod(''), pod('', 'workingDir: /x'), fixed)
test(unchangeable, pod('tolerations: [{key: a, operator: Exists}]'), pod(''), fixed)
test(unchangeable, pod(''), pod('tolerations: [{key: a, operator: Exists}]'))
test(unchangeable, pod(''), pod(''))

test('a readiness gate is counted when its condition holds', t => {
  const gated = samplePod('web', {
    spec: {readinessGates: [{conditionType: 'a.b/c'}, {conditionType: 'a.b/d'}]},
    status: {conditions: [{type: 'a.b/c', status: 'True'}]},
  })
  t.is(kinds.Pod.columns.at(-1)?.value(gated, 0), '1/2')
})

test('quantities are numbers with a unit', t => {
  t.deepEqual(['1500m', '1Ki', '2k', '1e3', '0.5', 3].map(quantityOf), [1.5, 1024, 2000, 1000, 0.5, 3])
})

test('search domains have 2048 characters together', t => {
  const searches = (last: string) => [...Array.from({length: 8}, () => Array(127).fill('a').join('.')), last]
  const mistakes = (last: string) =>
    dnsMistakes({dnsConfig: {searches: searches(last)}}, ['spec']).map(({message}) => message.replace(/.*}: /, ''))
  t.deepEqual(mistakes('b'.repeat(16)), [])
  t.deepEqual(mistakes('b'.repeat(17)), [
    'must not have more than 2048 characters (including spaces) in the search list',
  ])
})
