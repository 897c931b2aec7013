import test from 'ava'
import {parse} from 'yaml'
import {printMistake} from '../../../src/objects/mistake.ts'
import {readObject} from '../../../src/objects/read-object.ts'
import {manifest, once, selector, template} from './_manifest.ts'

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
