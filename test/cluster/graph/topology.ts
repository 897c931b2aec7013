import test from 'ava'
import {collapse} from '../../../src/cluster/graph/collapse.ts'
import {topologyOf} from '../../../src/cluster/graph/topology.ts'
import {wordsOf} from '../../../src/cluster/graph/words.ts'
import type {Lab} from '../../../src/lab/lab.ts'
import type {KubeObject} from '../../../src/objects/kube-object.ts'
import {large, pod, small} from './_topology.ts'

const lab = {
  name: 'small',
  cluster: {
    podNetwork: '172.17.0.0/16',
    serviceRange: '10.96.0.0/12',
    underlay: '10.0.20.0/24',
    overlay: 'vxlan',
    proxyMode: 'iptables',
  },
  nodes: [{name: 'master', address: '10.0.20.4', podSubnet: '172.17.13.0/24'}],
  clients: [{name: 'laptop', address: '10.0.20.200'}],
  internet: [{address: '192.0.2.1'}],
} as unknown as Lab

const object = (kind: string, name: string, rest: object): KubeObject =>
  ({
    apiVersion: 'v1',
    kind,
    metadata: {name, namespace: 'default', ...('metadata' in rest ? (rest.metadata as object) : {})},
    ...('spec' in rest && {spec: rest.spec}),
    ...('status' in rest && {status: rest.status}),
  }) as KubeObject

const service = object('Service', 'web', {
  spec: {clusterIP: '10.98.0.10', selector: {app: 'web'}, ports: [{port: 80, nodePort: 30080}]},
})
const running = object('Pod', 'web-1', {
  metadata: {
    labels: {app: 'web'},
    ownerReferences: [{kind: 'ReplicaSet', name: 'web', uid: '1', apiVersion: 'apps/v1'}],
  },
  spec: {nodeName: 'master', containers: []},
  status: {phase: 'Running', podIP: '172.17.13.2', conditions: [{type: 'Ready', status: 'True'}]},
})

test('a running pod has its node, its owner, its address and its services', t => {
  const {nodes, services, unplaced, machines} = topologyOf(lab, [service, running], {isUp: true})
  t.deepEqual(nodes[0]?.pods, [
    {name: 'web-1', owner: 'web', count: 1, ip: '172.17.13.2', state: 'ready', services: [0]},
  ])
  t.deepEqual(services, [{name: 'web', address: '10.98.0.10', ports: '80:30080'}])
  t.deepEqual(unplaced, [])
  t.deepEqual(machines, [
    {name: 'laptop', address: '10.0.20.200', kind: 'client'},
    {name: 'internet', address: '192.0.2.1', kind: 'internet'},
  ])
})

test('a pod of another namespace is behind no service of this one', t => {
  const {nodes} = topologyOf(lab, [service, {...running, metadata: {...running.metadata, namespace: 'other'}}], {
    isUp: true,
  })
  t.deepEqual(nodes[0]?.pods[0]?.services, [])
})

test('a pod without a node, or of a node that is not there, is on none', t => {
  const spec = (nodeName?: string) => ({spec: {containers: [], ...(nodeName && {nodeName})}})
  const {unplaced} = topologyOf(lab, [object('Pod', 'a', spec()), object('Pod', 'b', spec('gone'))], {isUp: true})
  t.deepEqual(
    unplaced.map(({name, state}) => `${name} ${state}`),
    ['a waiting', 'b waiting'],
  )
})

test('a lab file has its pods, and those that its ReplicaSets will have', t => {
  const set = (replicas: number) =>
    object('ReplicaSet', `set${replicas}`, {spec: {replicas, template: {metadata: {labels: {app: 'web'}}}}})
  const {unplaced} = topologyOf(lab, [service, set(3), set(0)], {isUp: false})
  t.deepEqual(unplaced, [{name: 'set3', count: 3, state: 'planned', services: [0]}])
})

test('a lab that fits is not collapsed', t => {
  t.deepEqual(collapse(small, {pods: 5, services: 5}), {...small, moreServices: 0})
})

test('too many pods become one of each owner, and the rest one more', t => {
  const {nodes} = collapse(large(1, 30), {pods: 4, services: 5})
  t.deepEqual(
    nodes[0]?.pods.map(({name, count}) => `${name} ${count}`),
    ['kubia 10', 'web 10', 'alone-2 1', 'others 9'],
  )
})

test('no pod is lost, whatever the limit', t => {
  for (const limit of [1, 2, 3, 7, 12, 100]) {
    const {nodes} = collapse(large(2, 100), {pods: limit, services: 5})
    for (const {pods} of nodes) {
      t.true(pods.length <= limit)
      t.is(
        pods.reduce((sum, {count}) => sum + count, 0),
        100,
      )
    }
  }
})

test('too many services are counted', t => {
  const services = Array.from({length: 30}, (_, index) => ({name: `s${index}`, address: '10.96.0.1', ports: '80'}))
  const collapsed = collapse({...small, services}, {pods: 5, services: 12})
  t.is(collapsed.services.length + collapsed.moreServices, 30)
  t.is(collapsed.services.length, 11)
})

test('a group is ready when all of it is', t => {
  const pods = [pod('a', {owner: 'o'}), pod('b', {owner: 'o', state: 'waiting'}), pod('c')]
  const {nodes} = collapse(
    {...small, nodes: [{...small.nodes[0], name: 'n', address: '', podSubnet: '', pods}]},
    {pods: 2, services: 1},
  )
  t.deepEqual(
    nodes[0]?.pods.map(({name, count, state}) => [name, count, state]),
    [
      ['o', 2, 'waiting'],
      ['c', 1, 'ready'],
    ],
  )
})

test('as text', t => {
  t.is(
    wordsOf(small),
    `small: pods 172.17.0.0/16 over 10.0.20.0/24 by vxlan, services 10.96.0.0/12 by iptables

node master  eth0 10.0.20.4  docker0 172.17.13.0/24
  client  172.17.13.2

node node1  eth0 10.0.20.11  docker0 172.17.12.0/24
  web  172.17.12.2  waiting  behind web

services
  web  10.98.0.10:80:30080

on the underlay, and beyond it
  laptop  10.0.20.200
`,
  )
})
