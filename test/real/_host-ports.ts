import {join} from 'node:path'
import type {ExecutionContext, TestFn} from 'ava'
import {ask} from '../../src/cluster/control.ts'
import {type Account, makePlace, sessionFolder} from './_podlab.ts'

/*
 * A pod at a port of its node:
 *
 *      laptop 10.0.20.100
 *           └─────┬──── 10.0.20.0/24, the underlay ──────┐
 *      ┌─ far ────┴──── 10.0.20.4 ─┐   ┌─ near ──────────┴ 10.0.20.11 ───────────┐
 *      │ stranger                  │   │ client, web: 8088 → 8080, 5300/UDP → 8081 │
 *      └───────────────────────────┘   └─────────────────────────────────────────┘
 */
const labFile = (mode: string) => `
cluster: {proxyMode: ${mode}}
nodes:
  - {name: far, address: 10.0.20.4, podSubnet: 172.17.13.0/24}
  - {name: near, address: 10.0.20.11, podSubnet: 172.17.12.0/24}
clients:
  - {name: laptop, address: 10.0.20.100}
manifests:
  - {apiVersion: v1, kind: Pod, metadata: {name: client}, spec: {nodeName: near, containers: [{name: main, image: nicolaka/netshoot, command: [sleep, infinity]}]}}
  - {apiVersion: v1, kind: Pod, metadata: {name: stranger}, spec: {nodeName: far, containers: [{name: main, image: nicolaka/netshoot, command: [sleep, infinity]}]}}
  - apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      nodeName: near
      containers:
        - name: main
          image: registry.k8s.io/e2e-test-images/agnhost
          args: [netexec]
          ports: [{containerPort: 8080, hostPort: 8088}, {containerPort: 8081, hostPort: 5300, protocol: UDP}]
`

/** What leads to a pod's host ports, for an account. */
export function hostPortsSuite(test: TestFn, account: Account, mode: string): void {
  const place = makePlace(account)
  const name = place.name('hostports')
  const socket = join(sessionFolder(place, name), 'control.sock')
  const fact = (title: string, run: (t: ExecutionContext) => Promise<void>) =>
    test.serial(`${account.name}, ${mode}: ${title}`, run)
  const inside = async (target: string, ...argv: readonly string[]) =>
    place.podlab('exec', '--lab', name, target, '--', ...argv)
  const settled = () => ask(socket, 'settled', {withinMs: 60_000})
  const clientIp = async (from: string, to: string) =>
    (await inside(from, 'curl', '-sS', '--max-time', '10', `http://${to}/clientip`)).stdout.split(':')[0]
  let own = ''

  test.serial.before(async t => {
    t.timeout(120_000)
    const {code, stderr} = await place.podlab('up', place.lab(name, labFile(mode)))
    t.is(code, 0, stderr)
    const {stdout} = await place.podlab('get', 'pods', '-o', 'wide', '--lab', name)
    own = /^client .*?(172\.17\.12\.\d+)/m.exec(stdout)?.[1] ?? ''
  })
  test.after.always(async () => {
    await place.podlab('down', '--all')
    place.remove()
  })

  fact('a client outside reaches the pod at its node, and is seen by the pod', async t => {
    t.is(await clientIp('client/laptop', '10.0.20.11:8088'), '10.0.20.100')
  })

  fact('another node reaches it, and so do its pods', async t => {
    t.is(await clientIp('node/far', '10.0.20.11:8088'), '10.0.20.4')
    t.is(await clientIp('pod/stranger', '10.0.20.11:8088'), '10.0.20.4')
  })

  fact('the node reaches it at its own address, at docker0 and at 127.0.0.1', async t => {
    t.truthy(await clientIp('node/near', '10.0.20.11:8088'))
    t.is(await clientIp('node/near', '172.17.12.1:8088'), '172.17.12.1')
    t.is(await clientIp('node/near', '127.0.0.1:8088'), '172.17.12.1')
  })

  fact('a neighbour of the pod, and the pod itself, reach it by way of the node', async t => {
    t.not(own, '')
    t.is(await clientIp('pod/client', '10.0.20.11:8088'), '172.17.12.1')
    t.is(await clientIp('pod/web', '10.0.20.11:8088'), '172.17.12.1')
  })

  fact('the other node does not have the port', async t => {
    t.is((await inside('client/laptop', 'curl', '-sS', '--max-time', '5', 'http://10.0.20.4:8088/')).code, 7)
  })

  fact('UDP is led there, too', async t => {
    const talk = `my $s = IO::Socket::INET->new(Proto => "udp", PeerAddr => "10.0.20.11:5300"); $s->send("hostname"); \
$SIG{ALRM} = sub { exit }; alarm 5; $s->recv($said, 99); print $said`
    for (const from of ['client/laptop', 'node/near', 'pod/client'])
      t.is((await inside(from, 'perl', '-MIO::Socket::INET', '-e', talk)).stdout, 'web', from)
  })

  fact('a second pod that wants the port waits for a node that has it', async t => {
    const container = {name: 'main', image: 'luksa/kubia', ports: [{containerPort: 8080, hostPort: 8088}]}
    const pods = ['second', 'third'].map(pod => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {name: pod, namespace: 'default'},
      spec: {containers: [container]},
    }))
    await ask(socket, 'apply', {objects: pods as never})
    const [runs, waits] = [/^(second|third) .*Running.* far /gm, /^(second|third) .*Pending.*/gm]
    const look = async () => (await place.podlab('get', 'pods', '-o', 'wide', '--lab', name)).stdout
    let seen = await look()
    for (let tries = 0; !runs.test(seen) && tries < 60; tries++) seen = await look()
    t.deepEqual([seen.match(runs)?.length, seen.match(waits)?.length], [1, 1], seen)
    t.regex(
      (await inside('client/laptop', 'curl', '-sS', '--max-time', '10', 'http://10.0.20.4:8088/')).stdout,
      /^You've hit (second|third)/,
    )
  })

  fact('with the last such pod of a node the rules go', async t => {
    await ask(socket, 'delete', {kind: 'Pod', namespace: 'default', name: 'web'})
    for (const pod of ['second', 'third']) await ask(socket, 'delete', {kind: 'Pod', namespace: 'default', name: pod})
    await settled()
    t.notRegex((await inside('node/near', 'iptables-save')).stdout, /CNI-/)
    t.is((await inside('client/laptop', 'curl', '-sS', '--max-time', '5', 'http://10.0.20.11:8088/')).code, 7)
  })
}
