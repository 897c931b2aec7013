import test from 'ava'
import {samplePod, sampleReplicaSet} from '../_samples.ts'
import {born, prints, sample} from './_prints.ts'

test(
  prints,
  samplePod('kubia-7rt2n'),
  {},
  `
NAME          READY   STATUS    RESTARTS   AGE
kubia-7rt2n   0/1     Unknown   0          2m10s
`,
)
const running = samplePod('web', {
  spec: {nodeName: 'node1'},
  status: {
    phase: 'Running',
    podIP: '172.17.12.2',
    containerStatuses: [
      {
        name: 'kubia',
        image: 'luksa/kubia',
        imageID: '',
        ready: true,
        restartCount: 2,
        state: {running: {}},
        lastState: {terminated: {exitCode: 1, finishedAt: '2025-01-01T00:01:00Z'}},
      },
    ],
  },
})
test(
  prints,
  running,
  {wide: true},
  `
NAME   READY   STATUS    RESTARTS      AGE     IP            NODE    NOMINATED NODE   READINESS GATES
web    1/1     Running   2 (70s ago)   2m10s   172.17.12.2   node1   <none>           <none>
`,
)
test(
  prints,
  {...running, metadata: {...running.metadata, name: 'going', deletionTimestamp: born}},
  {withNamespace: true},
  `
NAMESPACE   NAME    READY   STATUS        RESTARTS      AGE
default     going   1/1     Terminating   2 (70s ago)   2m10s
`,
)

test(
  prints,
  sampleReplicaSet('kubia', 3),
  {wide: true},
  `
NAME    DESIRED   CURRENT   READY   AGE     CONTAINERS   IMAGES        SELECTOR
kubia   3         0         0       2m10s   kubia        luksa/kubia   app=kubia
`,
)

test(
  prints,
  sample('PodDisruptionBudget', 'web', {spec: {minAvailable: '50%'}}),
  {},
  `
NAME   MIN AVAILABLE   MAX UNAVAILABLE   ALLOWED DISRUPTIONS   AGE
web    50%             N/A               0                     2m10s
`,
)
