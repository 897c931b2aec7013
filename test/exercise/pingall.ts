import test from 'ava'
import {pingAll, totalsOf} from '../../src/exercise/pingall.ts'
import {pingAllJson, printPingAll} from '../../src/exercise/report/pingall.ts'
import type {KubeObject} from '../../src/objects/kube-object.ts'
import {during, fakeLab, pod, type World} from './_fake-lab.ts'

const service = (name: string, spec: object) =>
  ({apiVersion: 'v1', kind: 'Service', metadata: {name, namespace: 'default'}, spec}) as KubeObject
const objects = [
  pod('b', {ip: '172.17.1.3'}),
  pod('a'),
  pod('c', {ready: false}),
  service('kubia', {clusterIP: '10.0.0.1', selector: {app: 'kubia'}, ports: [{port: 80}, {port: 53, protocol: 'UDP'}]}),
  service('kubernetes', {clusterIP: '10.96.0.1', ports: [{port: 443}]}),
]
const limits = {...during(), timeoutMs: 1000}

test('every pod calls every other and every Service', async t => {
  const lab = fakeLab({objects})
  const all = await pingAll(lab, limits)
  t.deepEqual(totalsOf(all), {reached: 4, of: 4})
  t.is(
    printPingAll(all, {lab, milliseconds: 12}),
    `from   pod/a  pod/b  service/kubia:80
pod/a  ·      ok     ok
pod/b  ok     ·      ok

not tried: pod/c is not ready
not tried: service/kubernetes has neither a selector nor endpoints
not tried: service/kubia:53/UDP (UDP gives no sign of having arrived)
4 of 4 reached (12 ms)
`,
  )
})

test('what has another namespace is named with it, and what the cluster has for itself is left out', async t => {
  const elsewhere = {...pod('web'), metadata: {name: 'web', namespace: 'shop'}}
  const dns = {...pod('dns'), metadata: {name: 'dns', namespace: 'kube-system'}}
  const shop = {...service('front', {clusterIP: '10.0.0.2', selector: {app: 'web'}, ports: [{port: 80}]})}
  const lab = fakeLab({objects: [elsewhere, dns, pod('a'), {...shop, metadata: {name: 'front', namespace: 'shop'}}]})
  t.is(
    printPingAll(await pingAll(lab, limits), {lab, milliseconds: 12}),
    `from          pod/a  shop/pod/web  shop/service/front:80
pod/a         ·      ok            ok
shop/pod/web  ok     ·             ok

4 of 4 reached (12 ms)
`,
  )
})

/** The Service refuses pod b. */
const broken: World = {
  objects,
  dial: (from, call) => (from === 'pod/b' && call.kind === 'tcp' ? {came: 'refused', said: 'ECONNREFUSED'} : {}),
}

test('a call that fails is shown with the command to look closer', async t => {
  const lab = {...fakeLab(broken), option: ['-l', 'kubia']}
  const text = printPingAll(await pingAll(lab, limits), {lab, milliseconds: 12})
  t.regex(text, /^pod\/b {2}ok {5}· {6}✘ refused$/m)
  t.true(
    text.includes(
      'pod/b → service/kubia:80: refused (ECONNREFUSED)\n    ./podlab exec -l kubia pod/b -- busybox nc -w 2 10.0.0.1 80 -e true\n',
    ),
  )
  t.true(text.endsWith('3 of 4 reached (12 ms)\n'))
})

test('a program gets every call', async t => {
  const lab = fakeLab(broken)
  const report = JSON.parse(pingAllJson(await pingAll(lab, limits), {lab, name: 'kubia'}))
  t.like(report, {lab: 'kubia', pass: false, reached: 3, of: 4})
  t.is(report.calls.length, 4)
  t.like(report.failed, [{from: 'pod/b', to: 'service/kubia:80', came: 'refused'}])
})

test('a table that is too wide has numbers over its columns', async t => {
  const many = Array.from({length: 30}, (_, index) =>
    pod(`kubia-${String(index).padStart(2, '0')}`, {ip: `172.17.1.${index + 2}`}),
  )
  const lab = fakeLab({objects: many})
  const text = printPingAll(await pingAll(lab, limits), {lab, milliseconds: 12})
  t.true(text.split('\n').every(line => line.length <= 'pod/kubia-00'.length + 31 * '  30'.length))
  t.regex(text, /^pod\/kubia-29( {2}✔ ?){29} {1,2}·$/m)
  t.regex(text, /^30 pod\/kubia-29$/m)
})

test('one process a pod, however many calls', async t => {
  let dialled = 0
  const lab = fakeLab({objects})
  const dial: typeof lab.dial = (...call) => {
    dialled++
    return lab.dial(...call)
  }
  await pingAll({...lab, dial}, limits)
  t.is(dialled, 2)
})
