import test from 'ava'
import type {Kind} from '../../../src/objects/kind.ts'
import {kinds} from '../../../src/objects/kinds.ts'
import {printMistake} from '../../../src/objects/mistake.ts'
import {manifest, once, read, selector, template} from './_manifest.ts'

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
