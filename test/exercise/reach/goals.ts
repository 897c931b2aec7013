import test from 'ava'
import {goalsOf, parseGoal} from '../../../src/exercise/reach/goals.ts'
import type {KubeObject} from '../../../src/objects/kube-object.ts'
import {during, fakeLab, pod} from '../_fake-lab.ts'

const limits = {...during(), timeoutMs: 1000}
const listening = '   0: 00000000:1F90 00000000:0000 0A 0:0\n   1: 0100007F:0050 00000000:0000 0A 0:0\n'
const namesOf = async (text: string, lab = fakeLab({objects: [pod('a'), pod('b', {ip: '172.17.1.3'})]})) =>
  (await goalsOf(text, lab, limits)).map(({name, call}) => `${name} ${call.kind} ${call.host}`)

test('a goal is a Service, a pod, pods, a node or an address, with or without a port', t => {
  t.deepEqual(parseGoal('service/kubia:80'), {of: 'service/kubia', port: 80})
  t.deepEqual(parseGoal('pod/app=kubia'), {of: 'pod/app=kubia'})
  t.deepEqual(parseGoal('10.0.20.4:22'), {of: '10.0.20.4', port: 22})
  for (const text of ['', 'kubia', 'svc/kubia', '10.0.20', 'pod/a:0', 'pod/a:70000', 'pod/:80'])
    t.throws(() => parseGoal(text), {name: 'GoalError'}, text)
})

test('a pod that serves nothing is pinged', async t => {
  t.deepEqual(await namesOf('pod/a'), ['pod/a ping 172.17.1.2'])
})

test('a pod is called where it listens for others', async t => {
  const lab = fakeLab({objects: [pod('a')], exec: (_, line) => (line.startsWith('cat /proc/net/tcp') ? listening : '')})
  t.deepEqual(await namesOf('pod/a', lab), ['pod/a:8080 tcp 172.17.1.2'])
})

test('a pod is called at the port that it declares, whether it listens or not', async t => {
  const declaring = pod('a') as KubeObject & {spec: object}
  const containers = [{name: 'main', image: 'x', ports: [{containerPort: 53, protocol: 'UDP'}, {containerPort: 9000}]}]
  const lab = fakeLab({objects: [{...declaring, spec: {...declaring.spec, containers}} as KubeObject]})
  t.deepEqual(await namesOf('pod/a', lab), ['pod/a:9000 tcp 172.17.1.2'])
})

test('a selector means every ready pod', async t => {
  t.deepEqual(await namesOf('pod/app=kubia:80'), ['pod/a:80 tcp 172.17.1.2', 'pod/b:80 tcp 172.17.1.3'])
  await t.throwsAsync(namesOf('pod/app=none'), {message: 'pod/app=none is not ready'})
})

test('a Service means each of its TCP ports', async t => {
  const spec = {clusterIP: '10.96.0.10', ports: [{port: 53, protocol: 'UDP'}, {port: 53}, {port: 9153}]}
  const lab = fakeLab({objects: [{apiVersion: 'v1', kind: 'Service', metadata: {name: 'dns'}, spec} as KubeObject]})
  t.deepEqual(await namesOf('service/dns', lab), ['service/dns:53 tcp 10.96.0.10', 'service/dns:9153 tcp 10.96.0.10'])
  t.deepEqual(await namesOf('service/dns:9153', lab), ['service/dns:9153 tcp 10.96.0.10'])
})

test('a node is pinged, or called at a port', async t => {
  t.deepEqual(await namesOf('node/node1'), ['node/node1 ping 10.0.20.12'])
  t.deepEqual(await namesOf('node/node1:10250'), ['node/node1:10250 tcp 10.0.20.12'])
})

test('a client outside is reached at its own address', async t => {
  const lab = fakeLab({text: 'nodes: [node1]\nclients: [{name: laptop, address: 10.0.20.99}]'})
  t.deepEqual(await namesOf('client/laptop', lab), ['client/laptop ping 10.0.20.99'])
})
