import test from 'ava'
import {mistakesIn, read} from './_lab.ts'

const replicaSet = (replicas: number, pod = '') =>
  `{apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: web}, spec: {replicas: ${replicas}, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {${pod}containers: [{name: main, image: busybox}]}}}}`
const pod = (name: string, spec = '') =>
  `{apiVersion: v1, kind: Pod, metadata: {name: ${name}}, spec: {${spec}containers: [{name: main, image: busybox}]}}`

test('ten nodes with a thousand pods take two lines', t => {
  const lab = read(`nodes: {count: 10}\nmanifests: [${replicaSet(1000)}]`)
  t.deepEqual(
    lab.nodes
      .map(({name, address, podSubnet}) => `${name} ${address} ${podSubnet}`)
      .filter((_, index) => index % 9 === 0),
    ['node1 10.0.20.11 172.17.1.0/24', 'node10 10.0.20.20 172.17.10.0/24'],
  )
})

test('pools and nodes mix, and the numbers of each pool begin at one', t => {
  const {nodes} = read('nodes: [{name: master, address: 10.0.20.4}, {count: 2}, {count: 2, prefix: gpu-}, last]')
  t.deepEqual(
    nodes.map(({name}) => name),
    ['master', 'node1', 'node2', 'gpu-1', 'gpu-2', 'last'],
  )
})

const refused = test.macro({
  exec: (t, text: string, ...expected: readonly string[]) => t.deepEqual(mistakesIn(text), expected),
  title: (title = '') => `refused: ${title}`,
})

test('a pool of a name that is taken', refused, 'nodes: [node2, {count: 3}]', '1:16 a second node named node2')
test('a pool of none', refused, 'nodes: {count: 0}', '1:16 must be at least 1')
test(
  'a pool with a typing mistake',
  refused,
  'nodes: [{count: 3, prefx: a}]',
  '1:20 unknown key "prefx"; did you mean "prefix"?',
)
test(
  'a prefix that makes names too long',
  refused,
  'nodes: {count: 3, prefix: averyverylongone}',
  '1:27 expected at most 12 of a-z, 0-9 and "-", like node',
)
test(
  'a name that no interface could have',
  refused,
  'nodes: [the-first-master]',
  '1:9 expected at most 15 of a-z, 0-9 and "-", like node1',
)
test('a name that podlab needs', refused, 'nodes: [lo]', '1:9 podlab itself uses this name; choose another')
test(
  'an underlay too small for a pool is told once',
  refused,
  'cluster: {underlay: 10.0.20.0/28}\nnodes:\n  - count: 20\n',
  '3:5 underlay 10.0.20.0/28 has no address left for node14 and 6 more',
)
test(
  'an underlay without an address for the router',
  refused,
  'cluster: {underlay: 10.0.20.0/30}\nnodes: [{name: a, address: 10.0.20.1}, {name: b, address: 10.0.20.2}]\n',
  '1:21 the underlay 10.0.20.0/30 has 2 addresses, too few for 2 machines and the router',
)
test(
  'a pod network too small for a pod',
  refused,
  'cluster: {podNetwork: 172.17.0.0/28}',
  '1:23 podNetwork 172.17.0.0/28 is too small: a quarter of it has no room for pods',
)
test(
  'a pod network too small for a pool',
  refused,
  'cluster: {podNetwork: 172.17.0.0/22}\nnodes: {count: 5}\n',
  '2:8 podNetwork 172.17.0.0/22 has no subnet left for node4 and 1 more',
)
test(
  'more pods than addresses',
  refused,
  `nodes: [a]\nmanifests:\n  - ${replicaSet(254)}`,
  '3:85 254 pods want an address, and the pod subnet 172.17.1.0/24 of a has 253',
)
test(
  'more pods than addresses on the one node where they must run',
  refused,
  `nodes: [a, {name: b, podSubnet: 172.17.9.0/29}]\nmanifests:\n  - ${replicaSet(5, 'nodeName: b, ')}\n  - ${pod('x', 'nodeName: b, ')}\n`,
  '4:50 6 pods want an address, and the pod subnet 172.17.9.0/29 of b has 5',
)
test(
  'more pods than addresses once a step has scaled them up',
  refused,
  `nodes: [a, b]\nmanifests: [${replicaSet(500)}]\nscenario:\n  - delete: rs/web\n  - apply: ${replicaSet(506)}\n  - scale: {rs/web: 507}\n  - scale: {rs/web: 999}`,
  '6:12 507 pods want an address, and the pod subnets of all 2 nodes have 506',
)

test('pods of their own node, and pods that are deleted, take no address', t => {
  const twice = `manifests: [${replicaSet(253)}]\nscenario: [{delete: rs/web}, {apply: ${pod('a')}}, {scale: {rs/none: 900}}]`
  t.deepEqual(mistakesIn(twice), [])
  t.deepEqual(mistakesIn(`manifests: [${replicaSet(250)}]\nscenario: [{apply: ${replicaSet(253)}}]`), [])
})
