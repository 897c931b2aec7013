import test from 'ava'
import {born, prints, sample} from './_prints.ts'

const scheduled = sample('Event', 'web.17', {
  involvedObject: {kind: 'Pod', name: 'web', fieldPath: 'spec.containers{web}'},
  type: 'Normal',
  reason: 'Scheduled',
  message: 'Successfully assigned default/web to node1 ',
  source: {component: 'kubelet', host: 'node1'},
  firstTimestamp: born,
  lastTimestamp: '2025-01-01T00:01:00Z',
  count: 3,
})
test(
  prints,
  scheduled,
  {},
  `
LAST SEEN   TYPE     REASON      OBJECT    MESSAGE
70s         Normal   Scheduled   pod/web   Successfully assigned default/web to node1
`,
)
test(
  prints,
  scheduled,
  {wide: true},
  `
LAST SEEN   TYPE     REASON      OBJECT    SUBOBJECT              SOURCE           MESSAGE                                      FIRST SEEN   COUNT   NAME
70s         Normal   Scheduled   pod/web   spec.containers{web}   kubelet, node1   Successfully assigned default/web to node1   2m10s        3       web.17
`,
)
