import test from 'ava'
import {parse} from 'yaml'
import type {Kind} from '../../src/objects/kind.ts'
import {type KubeObjectAny, kinds} from '../../src/objects/kinds.ts'
import {printMistake} from '../../src/objects/mistake.ts'
import {readObject} from '../../src/objects/read-object.ts'
import {printTable, tableOf} from '../../src/objects/table.ts'

const template =
  'template: {metadata: {labels: {app: web}}, spec: {containers: [{name: kubia, image: "luksa/kubia:v1"}]}}'
const selector = 'selector: {matchLabels: {app: web}}'

/** `apps/v1 Deployment` with a spec in YAML. */
function manifest(what: string, spec: string, status = ''): string {
  const [apiVersion, kind] = what.split(' ')
  return `{apiVersion: ${apiVersion}, kind: ${kind}, metadata: {name: web}, spec: {${spec}}${status && `, status: {${status}}`}}`
}

function read(text: string): KubeObjectAny {
  const result = readObject(parse(text), 'default')
  if ('errors' in result) throw new Error(result.errors.map(printMistake).join('\n'))
  const kind: Kind = kinds[result.object.kind]
  return kind.defaults(result.object) as KubeObjectAny
}

const filled = test.macro({
  exec: (t, what: string, spec: string, expected: string) => {
    const {template: _, selector: __, ...rest} = (read(manifest(what, spec)) as {spec: Record<string, unknown>}).spec
    t.deepEqual(rest, parse(`{${expected}}`))
  },
  title: (title = '', what) => `${what}${title && ` ${title}`} is given what it leaves out`,
})

const quarter = 'strategy: {type: RollingUpdate, rollingUpdate: {maxUnavailable: 25%, maxSurge: 25%}}'
const rolling = 'replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600'

test(filled, 'apps/v1 Deployment', `${selector}, ${template}`, `${rolling}, ${quarter}`)
test(filled, 'apps/v1beta2 Deployment', `${selector}, ${template}`, `${rolling}, ${quarter}`)
test(
  filled,
  'apps/v1beta1 Deployment',
  template,
  `replicas: 1, revisionHistoryLimit: 2, progressDeadlineSeconds: 600, ${quarter}`,
)
test(
  filled,
  'extensions/v1beta1 Deployment',
  template,
  'replicas: 1, revisionHistoryLimit: 2147483647, progressDeadlineSeconds: 2147483647, strategy: {type: RollingUpdate, rollingUpdate: {maxUnavailable: 1, maxSurge: 1}}',
)
test(
  'that keeps what it says',
  filled,
  'extensions/v1beta1 Deployment',
  `${template}, replicas: 2, strategy: {rollingUpdate: {maxSurge: 50%}}, revisionHistoryLimit: 3, progressDeadlineSeconds: 9`,
  'replicas: 2, strategy: {type: RollingUpdate, rollingUpdate: {maxUnavailable: 1, maxSurge: 50%}}, revisionHistoryLimit: 3, progressDeadlineSeconds: 9',
)
test(
  'that recreates',
  filled,
  'apps/v1 Deployment',
  `${selector}, ${template}, strategy: {type: Recreate}`,
  `${rolling}, strategy: {type: Recreate}`,
)
test(
  filled,
  'apps/v1 DaemonSet',
  `${selector}, ${template}`,
  'revisionHistoryLimit: 10, updateStrategy: {type: RollingUpdate, rollingUpdate: {maxUnavailable: 1, maxSurge: 0}}',
)
test(
  filled,
  'extensions/v1beta1 DaemonSet',
  `${template}, templateGeneration: 3`,
  'revisionHistoryLimit: 10, updateStrategy: {type: OnDelete}',
)
const retain = 'persistentVolumeClaimRetentionPolicy: {whenDeleted: Retain, whenScaled: Retain}'
test(
  filled,
  'apps/v1 StatefulSet',
  `${selector}, ${template}, serviceName: web`,
  `serviceName: web, replicas: 1, podManagementPolicy: OrderedReady, revisionHistoryLimit: 10, updateStrategy: {type: RollingUpdate, rollingUpdate: {partition: 0}}, ${retain}`,
)
test(
  filled,
  'apps/v1beta1 StatefulSet',
  `${template}, serviceName: web`,
  `serviceName: web, replicas: 1, podManagementPolicy: OrderedReady, revisionHistoryLimit: 10, updateStrategy: {type: OnDelete}, ${retain}`,
)
test(filled, 'v1 ReplicationController', template, 'replicas: 1')
const once = 'template: {spec: {restartPolicy: Never, containers: [{name: main, image: busybox}]}}'
const calm =
  'backoffLimit: 6, completionMode: NonIndexed, suspend: false, manualSelector: false, podReplacementPolicy: TerminatingOrFailed'
test(filled, 'batch/v1 Job', once, `parallelism: 1, completions: 1, ${calm}`)
test('with parallel workers', filled, 'batch/v1 Job', `${once}, parallelism: 3`, `parallelism: 3, ${calm}`)

test("old versions and replication controllers select by the template's labels", t => {
  const matchLabels = {app: 'web'}
  t.like(read(manifest('extensions/v1beta1 Deployment', template)), {
    apiVersion: 'apps/v1',
    metadata: {labels: matchLabels},
    spec: {selector: {matchLabels}},
  })
  t.like(read(manifest('v1 ReplicationController', template)), {
    metadata: {labels: matchLabels},
    spec: {selector: matchLabels},
  })
})

const refused = test.macro({
  exec: (t, what: string, spec: string, ...expected: readonly string[]) => {
    const result = readObject(parse(manifest(what, spec)), 'default')
    t.deepEqual('errors' in result ? result.errors.map(printMistake) : [], expected)
  },
  title: (title = '', what) => `${what} is refused ${title}`,
})

test(
  'without a selector',
  refused,
  'apps/v1 Deployment',
  template,
  'spec.selector: Required value',
  'spec.template.metadata.labels: Invalid value: map[string]string{"app":"web"}: `selector` does not match template `labels`',
)
test(
  'when it selects everything',
  refused,
  'apps/v1 DaemonSet',
  `selector: {}, ${template}`,
  'spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string(nil), MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: empty selector is invalid for daemonset',
)
test(
  'when it does not select its own pods',
  refused,
  'apps/v1 StatefulSet',
  `selector: {matchLabels: {app: other}}, ${template}`,
  'spec.template.metadata.labels: Invalid value: map[string]string{"app":"web"}: `selector` does not match template `labels`',
)
test(
  'when its pods would end',
  refused,
  'apps/v1 Deployment',
  `${selector}, template: {metadata: {labels: {app: web}}, spec: {restartPolicy: Never, containers: [{name: a, image: busybox}]}}`,
  'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
)
test(
  'when it may neither take away nor add pods',
  refused,
  'apps/v1 Deployment',
  `${selector}, ${template}, strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 0%}}`,
  'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: intstr.IntOrString{Type:1, IntVal:0, StrVal:"0%"}: may not be 0 when `maxSurge` is 0',
)
test(
  'for a share that is none',
  refused,
  'apps/v1 Deployment',
  `${selector}, ${template}, strategy: {rollingUpdate: {maxSurge: half, maxUnavailable: 150%}}`,
  `spec.strategy.rollingUpdate.maxSurge: Invalid value: intstr.IntOrString{Type:1, IntVal:0, StrVal:"half"}: a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')`,
  'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: intstr.IntOrString{Type:1, IntVal:0, StrVal:"150%"}: must not be greater than 100%',
)
test(
  'when it recreates and rolls',
  refused,
  'apps/v1 Deployment',
  `${selector}, ${template}, strategy: {type: Recreate, rollingUpdate: {maxSurge: 1}}`,
  "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'",
)
test(
  'for a strategy of its own',
  refused,
  'apps/v1 Deployment',
  `${selector}, ${template}, strategy: {type: BlueGreen}`,
  'spec.strategy.type: Unsupported value: "BlueGreen": supported values: "Recreate", "RollingUpdate"',
)
test(
  'when pods take longer to be available than it waits',
  refused,
  'apps/v1 Deployment',
  `${selector}, ${template}, minReadySeconds: 30, progressDeadlineSeconds: 30`,
  'spec.progressDeadlineSeconds: Invalid value: 30: must be greater than minReadySeconds',
)
test(
  'for negative numbers',
  refused,
  'apps/v1 Deployment',
  `${selector}, ${template}, replicas: -1, minReadySeconds: -2`,
  'spec.replicas: Invalid value: -1: must be greater than or equal to 0',
  'spec.minReadySeconds: Invalid value: -2: must be greater than or equal to 0',
)
test(
  'when a node would have neither pod nor successor',
  refused,
  'apps/v1 DaemonSet',
  `${selector}, ${template}, updateStrategy: {rollingUpdate: {maxUnavailable: 0}}`,
  'spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0',
)
test(
  'when a node would have both',
  refused,
  'apps/v1 DaemonSet',
  `${selector}, ${template}, updateStrategy: {rollingUpdate: {maxUnavailable: 1, maxSurge: 1}}`,
  'spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: intstr.IntOrString{Type:0, IntVal:1, StrVal:""}: may not be set when maxUnavailable is non-zero',
)
test(
  'when it wants volumes',
  refused,
  'apps/v1 StatefulSet',
  `${selector}, ${template}, volumeClaimTemplates: [{metadata: {name: data}}]`,
  'spec.volumeClaimTemplates: Forbidden: podlab does not support persistent volumes',
)
test(
  'when it says how it rolls and does not',
  refused,
  'apps/v1 StatefulSet',
  `${selector}, ${template}, updateStrategy: {type: OnDelete, rollingUpdate: {partition: 1}}`,
  "spec.updateStrategy.rollingUpdate: Invalid value: apps.RollingUpdateStatefulSetStrategy{Partition:1, MaxUnavailable:<nil>}: only allowed for updateStrategy 'RollingUpdate'",
)
test(
  'when it would never end',
  refused,
  'batch/v1 Job',
  'template: {spec: {containers: [{name: main, image: busybox}]}}',
  'spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"',
)
test(
  'when it selects by itself',
  refused,
  'batch/v1 Job',
  `${selector}, ${once}`,
  'spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string{"app":"web"}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: `selector` not auto-generated',
)
test(
  'when it is indexed',
  refused,
  'batch/v1 Job',
  `${once}, completionMode: Indexed`,
  'spec.completionMode: Unsupported value: "Indexed": supported values: "NonIndexed"',
)
test(
  'when it selects nothing',
  refused,
  'v1 ReplicationController',
  'template: {spec: {containers: [{name: main, image: busybox}]}}',
  'spec.selector: Required value',
)
test(
  'in a version that never had it',
  refused,
  'apps/v1beta1 DaemonSet',
  `${selector}, ${template}`,
  'apiVersion: no matches for kind "DaemonSet" in version "apps/v1beta1"; expected apps/v1 or apps/v1beta2 or extensions/v1beta1',
)

const fixed = test.macro({
  exec: (t, what: string, before: string, after: string, ...expected: readonly string[]) => {
    const [old, changed] = [read(manifest(what, before)), read(manifest(what, after))]
    const kind: Kind = kinds[changed.kind]
    t.deepEqual(kind.validateUpdate(changed, old).map(printMistake), expected)
  },
  title: (title = '', what) => `${what}: ${title}`,
})

const other = `selector: {matchLabels: {app: web}, matchExpressions: [{key: tier, operator: DoesNotExist}]}`
for (const what of ['apps/v1 Deployment', 'apps/v1 DaemonSet', 'apps/v1 ReplicaSet'])
  test(
    'whose pods it owns may not change',
    fixed,
    what,
    `${selector}, ${template}`,
    `${other}, ${template}`,
    'spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string{"app":"web"}, MatchExpressions:[]v1.LabelSelectorRequirement{v1.LabelSelectorRequirement{Key:"tier", Operator:"DoesNotExist", Values:[]string(nil)}}}: field is immutable',
  )
test(
  'only some of its fields may change',
  fixed,
  'apps/v1 StatefulSet',
  `${selector}, ${template}, serviceName: a`,
  `${selector}, ${template}, serviceName: b`,
  "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
)
test(
  'those may change',
  fixed,
  'apps/v1 StatefulSet',
  `${selector}, ${template}, replicas: 1`,
  `${selector}, ${template.replace('v1', 'v2')}, replicas: 2, updateStrategy: {type: OnDelete}`,
)
test(
  'how often it must succeed may not change',
  fixed,
  'batch/v1 Job',
  `${once}, completions: 1, parallelism: 1`,
  `${once}, completions: 2, parallelism: 2`,
  'spec.completions: Invalid value: 2: field is immutable',
)

const shown = test.macro({
  exec: (t, text: string, expected: string) => {
    const object = read(text)
    const kind: Kind = kinds[object.kind]
    const now = Date.parse('2025-01-01T00:01:40Z')
    const aged = {...object, metadata: {...object.metadata, creationTimestamp: '2025-01-01T00:00:00Z'}}
    t.is(printTable(tableOf(kind.columns as Kind['columns'], [aged], {now, wide: true})), expected)
  },
  title: (title = '') => `kubectl get shows ${title} as a 1.32 server does`,
})
test(
  'a deployment',
  shown,
  manifest(
    'apps/v1 Deployment',
    `${selector}, ${template}, replicas: 3`,
    'readyReplicas: 2, updatedReplicas: 1, availableReplicas: 2',
  ),
  `NAME   READY   UP-TO-DATE   AVAILABLE   AGE    CONTAINERS   IMAGES           SELECTOR
web    2/3     1            2           100s   kubia        luksa/kubia:v1   app=web
`,
)
test(
  'a daemon set',
  shown,
  manifest(
    'apps/v1 DaemonSet',
    `${selector}, ${template}`,
    'desiredNumberScheduled: 2, currentNumberScheduled: 2, numberReady: 1, updatedNumberScheduled: 2, numberAvailable: 1',
  ),
  `NAME   DESIRED   CURRENT   READY   UP-TO-DATE   AVAILABLE   NODE SELECTOR   AGE    CONTAINERS   IMAGES           SELECTOR
web    2         2         1       2            1           <none>          100s   kubia        luksa/kubia:v1   app=web
`,
)
test(
  'a stateful set',
  shown,
  manifest('apps/v1 StatefulSet', `${selector}, ${template}, replicas: 2`, 'readyReplicas: 1'),
  `NAME   READY   AGE    CONTAINERS   IMAGES
web    1/2     100s   kubia        luksa/kubia:v1
`,
)
test(
  'a replication controller',
  shown,
  manifest('v1 ReplicationController', template, 'replicas: 1'),
  `NAME   DESIRED   CURRENT   READY   AGE    CONTAINERS   IMAGES           SELECTOR
web    1         1         0       100s   kubia        luksa/kubia:v1   app=web
`,
)
test(
  'a job that is done',
  shown,
  manifest(
    'batch/v1 Job',
    once,
    'succeeded: 1, startTime: "2025-01-01T00:00:00Z", completionTime: "2025-01-01T00:00:07Z", conditions: [{type: Complete, status: "True"}]',
  ),
  `NAME   STATUS     COMPLETIONS   DURATION   AGE    CONTAINERS   IMAGES    SELECTOR
web    Complete   1/1           7s         100s   main         busybox   <none>
`,
)
test(
  'a job of parallel workers',
  shown,
  manifest('batch/v1 Job', `${once}, parallelism: 3`, 'startTime: "2025-01-01T00:00:40Z"'),
  `NAME   STATUS    COMPLETIONS   DURATION   AGE    CONTAINERS   IMAGES    SELECTOR
web    Running   0/1 of 3      60s        100s   main         busybox   <none>
`,
)
