import test from 'ava'
import type {Kind} from '../../src/objects/kind.ts'
import type {KubeObjectAny} from '../../src/objects/kinds.ts'
import {kinds} from '../../src/objects/kinds.ts'
import {sampleNode, samplePod, sampleReplicaSet, sampleService} from './_samples.ts'

const selected = test.macro({
  exec: (t, object: KubeObjectAny, expected: Readonly<Record<string, string>>) => {
    const kind: Kind = kinds[object.kind]
    const values = (kind.selectable ?? []).map(({field, value}) => [field, value(object)])
    t.deepEqual(Object.fromEntries(values), expected)
  },
  title: (_, object: KubeObjectAny, expected: object) =>
    `${object.kind} is chosen by ${Object.keys(expected).join(', ')}`,
})

test(selected, samplePod('web', {spec: {nodeName: 'node1', hostNetwork: true}, status: {phase: 'Running'}}), {
  'spec.nodeName': 'node1',
  'spec.restartPolicy': '',
  'spec.schedulerName': '',
  'spec.serviceAccountName': '',
  'spec.hostNetwork': 'true',
  'status.phase': 'Running',
  'status.podIP': '',
  'status.nominatedNodeName': '',
})
test(selected, sampleNode('node1'), {'spec.unschedulable': 'false'})
test(selected, sampleService('kubia', {type: 'NodePort'}), {'spec.clusterIP': '', 'spec.type': 'NodePort'})
test(selected, sampleReplicaSet('kubia', 3), {'status.replicas': '0'})

test('a ReplicaSet says its scale with its selector as text', t => {
  t.deepEqual(kinds.ReplicaSet.scaleOf?.(sampleReplicaSet('kubia', 3)), {
    replicas: 3,
    current: 0,
    selector: 'app=kubia',
  })
})
