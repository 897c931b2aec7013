import test from 'ava'
import type {Kind} from '../../../src/objects/kind.ts'
import {kinds} from '../../../src/objects/kinds.ts'
import {printTable, tableOf} from '../../../src/objects/table.ts'
import {manifest, once, read, selector, template} from './_manifest.ts'

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
