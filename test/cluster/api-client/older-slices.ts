import test from 'ava'
import {presentSlice} from '../../../src/cluster/api-client/older-slices.ts'
import type {KubeObjectAny} from '../../../src/objects/kinds.ts'
import {pod} from '../../contract/agent-client/pod.ts'

const older = {
  apiVersion: 'discovery.k8s.io/v1beta1',
  kind: 'EndpointSlice',
  metadata: {name: 'web-1', namespace: 'default'},
  addressType: 'IPv4',
  endpoints: [
    {
      addresses: ['172.17.1.2'],
      conditions: {ready: true},
      topology: {'kubernetes.io/hostname': 'node1', 'topology.kubernetes.io/zone': 'a'},
    },
    {addresses: ['172.17.1.3'], nodeName: 'node2', topology: {'kubernetes.io/hostname': 'node1'}},
  ],
  ports: [{port: 8080}],
} as unknown as KubeObjectAny

test('an EndpointSlice of Kubernetes 1.20 says where its endpoints are, as a later one does', t => {
  t.deepEqual(presentSlice(older) as unknown, {
    ...older,
    apiVersion: 'discovery.k8s.io/v1',
    endpoints: [
      {addresses: ['172.17.1.2'], conditions: {ready: true}, nodeName: 'node1', zone: 'a'},
      {addresses: ['172.17.1.3'], nodeName: 'node2'},
    ],
  })
})

test('one without endpoints has none, and other objects are as they were', t => {
  t.like(presentSlice({...older, endpoints: null} as unknown as KubeObjectAny), {endpoints: []})
  const other = pod('a')
  t.is(presentSlice(other), other)
})
