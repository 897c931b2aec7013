import test from 'ava'
import type {KubeObject} from '../../../src/objects/kube-object.ts'
import {fails, passes} from './_verdict.ts'

const endpoints = {
  apiVersion: 'v1',
  kind: 'Endpoints',
  metadata: {name: 'kubia', namespace: 'default', labels: {'a.b/c': 'd'}},
  subsets: [{addresses: [{ip: '172.17.12.3'}, {ip: '172.17.13.2'}], ports: [{port: 8080}]}],
}
const world = {objects: [endpoints as KubeObject]}
const ofKubia = 'object: {of: endpoints/kubia'

test('it is there', passes, `${ofKubia}}`, world)
test('it is not', fails, 'object: {of: endpoints/web}', world, /there is no Endpoints web/)
test('not, and it is not', passes, 'object: {of: endpoints/web, not: true}', world)
test('a count', passes, `${ofKubia}, path: 'subsets[*].addresses[*].ip', count: 2}`, world)
test('the items of a list', passes, `${ofKubia}, path: 'subsets[0].addresses', count: 2}`, world)
test(
  'another count',
  fails,
  `${ofKubia}, path: 'subsets[*].addresses[*].ip', count: 3}`,
  world,
  /172\.17\.12\.3, 172\.17\.13\.2/,
)
test('a count of none', passes, `${ofKubia}, path: 'subsets[*].notReadyAddresses[*]', count: 0}`, world)
test('a value', passes, `${ofKubia}, path: 'subsets[0].ports[0].port', equals: 8080}`, world)
test('another value', fails, `${ofKubia}, path: 'subsets[0].ports[0].port', equals: 80}`, world, /8080/)
test('nothing there', fails, `${ofKubia}, path: status.ready, equals: 80}`, world, /nothing at status\.ready/)
test(
  'every value is like it',
  passes,
  `${ofKubia}, path: 'subsets[*].addresses[*].ip', matches: '^172\\.17\\.'}`,
  world,
)
test(
  'one value is not',
  fails,
  `${ofKubia}, path: 'subsets[*].addresses[*].ip', matches: '^172\\.17\\.12'}`,
  world,
  /172\.17\.13\.2/,
)
test('a label with dots', passes, `${ofKubia}, path: 'metadata.labels["a.b/c"]', equals: d}`, world)
