import test from 'ava'
import {parse} from 'yaml'
import {manifest, once, read, selector, template} from './_manifest.ts'

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
