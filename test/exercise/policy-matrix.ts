import test from 'ava'
import {policyMatrix} from '../../src/exercise/policy-matrix.ts'
import {PortError, parsePort} from '../../src/exercise/reach/wanted-ports.ts'
import {policyMatrixJson, printPolicyMatrix, totalsOf} from '../../src/exercise/report/policy-matrix.ts'
import type {KubeObject} from '../../src/objects/kube-object.ts'
import {namespaceOf, policyOf} from '../node/policy/_worlds.ts'
import {during, fakeLab, pod, type World} from './_fake-lab.ts'

const limits = {...during(), timeoutMs: 1000}
const everything = {namespaces: [], ports: []}

const onlyWeb = policyOf('only-web', 'default', {
  podSelector: {matchLabels: {app: 'db'}},
  ingress: [{from: [{podSelector: {matchLabels: {app: 'web'}}}]}],
})

const objects: readonly KubeObject[] = [
  namespaceOf('default'),
  pod('client', {ip: '172.17.1.2', app: 'client'}),
  pod('db', {ip: '172.17.1.3', app: 'db'}),
  pod('web', {ip: '172.17.1.4', app: 'web'}),
  pod('late', {ready: false}),
  onlyWeb,
]

/** A cluster that does what the policy says. */
const sound: World = {
  objects,
  dial: (from, call) =>
    call.host === '172.17.1.3' && from !== 'pod/web'
      ? {came: 'timeout', said: 'no answer'}
      : {came: 'refused', said: 'ECONNREFUSED'},
}

test('who reaches whom is compared with what policies say', async t => {
  const lab = fakeLab(sound)
  const matrix = await policyMatrix(lab, limits, everything)
  t.deepEqual(totalsOf(matrix), {calls: 6, arrived: 5, wrong: 0})
  t.is(
    printPolicyMatrix(matrix, {lab, milliseconds: 12}),
    `from        pod/client:80/TCP  pod/db:80/TCP  pod/web:80/TCP
pod/client  ·                  no             yes
pod/db      yes                ·              yes
pod/web     yes                yes            ·

not tried: pod/late is not ready
6 calls, 5 arrived, 1 did not, all as one NetworkPolicy says (12 ms)
`,
  )
})

test('a policy that nobody enforces is found out, and so is one that is kept too well', async t => {
  const lab = {
    ...fakeLab({objects, dial: from => (from === 'pod/db' ? {came: 'timeout', said: 'no answer'} : {})}),
    option: ['-l', 'x'],
  }
  const matrix = await policyMatrix(lab, limits, everything)
  t.is(totalsOf(matrix).wrong, 3)
  const text = printPolicyMatrix(matrix, {lab, milliseconds: 12})
  t.regex(text, /^pod\/client {2}· {18}✘ yes {10}yes$/m)
  t.true(
    text.includes(`pod/client → pod/db:80/TCP: answered (connected), but policies deny it: default/db ingress (default/only-web)
    ./podlab exec -l x pod/client -- busybox nc -w 2 172.17.1.3 80 -e true
`),
  )
  t.true(text.includes('pod/db → pod/web:80/TCP: timeout (no answer), but policies allow it\n'))
  t.true(text.endsWith('6 calls, 4 arrived, 2 did not; 3 of them not as they should, with one NetworkPolicy (12 ms)\n'))
})

test('what is not as it should be is tried again, with more patience', async t => {
  let calls = 0
  const lab = fakeLab({
    objects: objects.filter(object => object !== onlyWeb),
    dial: () => (calls++ === 0 ? {came: 'timeout'} : {}),
  })
  const matrix = await policyMatrix(lab, limits, everything)
  t.deepEqual(totalsOf(matrix), {calls: 6, arrived: 6, wrong: 0})
  t.is(calls, 7)
})

test('a program gets every call, with the policies that deny it', async t => {
  const report = JSON.parse(policyMatrixJson(await policyMatrix(fakeLab(sound), limits, everything), {name: 'kubia'}))
  t.like(report, {lab: 'kubia', pass: true, calls: 6, arrived: 5, wrong: 0, policies: ['default/only-web']})
  t.deepEqual(report.matrix[0], {
    from: 'pod/client',
    to: 'pod/db',
    port: '80/TCP',
    expected: false,
    seen: false,
    came: 'timeout',
    denied: ['default/db ingress (default/only-web)'],
  })
})

test('pods are called at the ports that are asked for, in the namespaces that are', async t => {
  const shop = {...pod('web', {ip: '172.17.1.9'}), metadata: {name: 'web', namespace: 'shop'}}
  const called: string[] = []
  const dial: World['dial'] = (from, call) => {
    called.push(`${from} ${call.kind} ${call.host}:${'port' in call ? call.port : ''}`)
    return {}
  }
  const lab = fakeLab({objects: [pod('a', {ip: '172.17.1.2'}), pod('b', {ip: '172.17.1.3'}), shop], dial})
  await policyMatrix(lab, limits, {namespaces: ['default'], ports: [parsePort('80'), parsePort('53/udp')]})
  t.deepEqual(called, [
    'pod/a tcp 172.17.1.3:80',
    'pod/a udp 172.17.1.3:53',
    'pod/b tcp 172.17.1.2:80',
    'pod/b udp 172.17.1.2:53',
  ])
})

test("a pod in its node's network may call from any of its addresses; where that matters nothing is expected", async t => {
  const host = pod('host', {ip: '10.0.20.4', node: 'far'})
  const hosted = {
    ...host,
    spec: {...(host as {spec?: object}).spec, hostNetwork: true},
    status: {...(host as {status?: object}).status, hostIP: '10.0.20.4'},
  }
  const far = {apiVersion: 'v1', kind: 'Node', metadata: {name: 'far'}, spec: {podCIDR: '172.17.13.0/24'}}
  const block = policyOf('block', 'default', {ingress: [{from: [{ipBlock: {cidr: '10.0.20.0/24'}}]}]})
  const lab = fakeLab({objects: [hosted as KubeObject, far, pod('web'), block]})
  const {cells} = await policyMatrix(lab, limits, everything)
  t.deepEqual(
    cells.map(row => row.map(cell => cell?.expected)),
    [
      [undefined, undefined],
      [true, undefined],
    ],
  )
})

for (const text of ['0', '65536', '80/', 'http', '80/SCTP', '80/ICMP', '-1', '80 ', '80/TCP/UDP', ''])
  test(`"${text}" is no port to call`, t => {
    t.throws(() => parsePort(text), {instanceOf: PortError, message: new RegExp(`^"${text}" is `)})
  })
