import {join} from 'node:path'
import type {ExecutionContext, TestFn} from 'ava'
import {ask} from '../../src/cluster/control.ts'
import {peersOf} from '../../src/exercise/connections.ts'
import {type Account, eventually, makePlace, type Result, sessionFolder} from './_podlab.ts'

/*
 * Real packets, through the real command line, in one lab:
 *
 *                  10.0.20.0/24, the underlay
 *        eth0 10.0.20.4 ──────┴────── eth0 10.0.20.11
 *   ┌─ far ───────────────────┐  ┌─ near ──────────────────────┐
 *   │ flannel.1 172.17.13.0   │  │ flannel.1 172.17.12.0       │
 *   │ docker0   172.17.13.1   │  │ docker0   172.17.12.1       │
 *   │   there, brief          │  │   client, here, pair, brief │
 *   └─────────────────────────┘  └─────────────────────────────┘
 *
 * Services: web 10.98.0.10:80 (here, there), brief 10.98.0.20:80.
 */
const labFile = `
nodes:
  - {name: far, address: 10.0.20.4, podSubnet: 172.17.13.0/24}
  - {name: near, address: 10.0.20.11, podSubnet: 172.17.12.0/24}
manifests:
  - {apiVersion: v1, kind: Pod, metadata: {name: client}, spec: {nodeName: near, containers: [{name: main, image: curlimages/curl, command: [sleep, infinity]}]}}
  - {apiVersion: v1, kind: Pod, metadata: {name: here, labels: {app: web}}, spec: {nodeName: near, containers: [{name: main, image: luksa/kubia}]}}
  - {apiVersion: v1, kind: Pod, metadata: {name: there, labels: {app: web}}, spec: {nodeName: far, containers: [{name: main, image: luksa/kubia}]}}
  - apiVersion: v1
    kind: Pod
    metadata: {name: pair}
    spec:
      nodeName: near
      containers:
        - {name: server, image: luksa/kubia}
        - {name: shell, image: busybox, command: [sleep, infinity]}
  - {apiVersion: v1, kind: Service, metadata: {name: web}, spec: {clusterIP: 10.98.0.10, selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}}
  - {apiVersion: v1, kind: Service, metadata: {name: brief}, spec: {clusterIP: 10.98.0.20, selector: {app: brief}, ports: [{port: 80, targetPort: 8080}]}}
  - apiVersion: apps/v1
    kind: ReplicaSet
    metadata: {name: brief}
    spec:
      replicas: 2
      selector: {matchLabels: {app: brief}}
      template: {metadata: {labels: {app: brief}}, spec: {containers: [{name: main, image: luksa/kubia}]}}
`

/* The same networks and addresses, but another server. */
const strangerFile = `
nodes: [{name: near, address: 10.0.20.11, podSubnet: 172.17.12.0/24}]
manifests:
  - {apiVersion: v1, kind: Pod, metadata: {name: client}, spec: {containers: [{name: main, image: curlimages/curl, command: [sleep, infinity]}]}}
  - {apiVersion: v1, kind: Pod, metadata: {name: stranger, labels: {app: web}}, spec: {containers: [{name: main, image: luksa/kubia}]}}
  - {apiVersion: v1, kind: Service, metadata: {name: web}, spec: {clusterIP: 10.98.0.10, selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}}
`

/** What the packets of a lab do, for an account. */
export function labSuite(test: TestFn, account: Account): void {
  const place = makePlace(account)
  const name = place.name('lab')
  const lab = place.lab(name, labFile)
  const podlab = place.podlab
  const inLab = (target: string, ...argv: readonly string[]) => podlab('exec', '--lab', name, target, '--', ...argv)

  test.serial.before(async t => {
    const {code, stderr} = await podlab('up', lab)
    t.deepEqual({code, stderr}, {code: 0, stderr: ''})
  })
  test.after.always(async () => {
    await podlab('down', '--all')
    place.remove()
  })
  const fact = (title: string, run: (t: ExecutionContext) => Promise<void>) =>
    test.serial(`${account.name}: ${title}`, run)

  const skipped = (reason: string) => (title: string, run: (t: ExecutionContext) => Promise<void>) =>
    test.serial.skip(`${account.name}: ${title} (skipped: ${reason})`, run)

  async function outputOf(t: ExecutionContext, target: string, ...argv: readonly string[]): Promise<string> {
    const {code, stdout, stderr} = await inLab(target, ...argv)
    t.deepEqual({code, stderr}, {code: 0, stderr: ''}, argv.join(' '))
    return stdout
  }

  /** The address of every pod, by name. */
  async function addresses(): Promise<Readonly<Record<string, string>>> {
    const {stdout} = await podlab('get', 'pods', '--lab', name, '--output', 'json')
    const {items} = JSON.parse(stdout) as {items: {metadata: {name: string}; status: {podIP: string}}[]}
    return Object.fromEntries(items.map(({metadata, status}) => [metadata.name, status.podIP]))
  }

  /** How many packets for VXLAN's port have come to the node `far` on the underlay. */
  async function tunnelled(t: ExecutionContext): Promise<number> {
    const table = await outputOf(t, 'node/far', 'iptables', '-t', 'raw', '-nvxL', 'PREROUTING')
    return Number(/^ *(\d+) .*udp dpt:8472/m.exec(table)?.[1])
  }

  fact('between pods of a node a packet stays on docker0; to another node it goes in VXLAN', async t => {
    const {here = '', there = ''} = await addresses()
    const count = ['-t', 'raw', '-A', 'PREROUTING', '-i', 'eth0', '-p', 'udp', '--dport', '8472']
    await outputOf(t, 'node/far', 'iptables', ...count)
    t.is(await outputOf(t, 'pod/client', 'curl', '-sS', `http://${here}:8080`), "You've hit here\n")
    t.is(await tunnelled(t), 0)
    t.is(await outputOf(t, 'pod/client', 'curl', '-sS', `http://${there}:8080`), "You've hit there\n")
    t.true((await tunnelled(t)) >= 4, 'SYN, ACK, the request, FIN')
  })

  // tcpdump gives up root's rights with setgroups(2), which Linux forbids in an ordinary user's namespace.
  const seeing = account.name === 'root' ? fact : skipped("an ordinary user's tcpdump cannot change its user")
  seeing("on the underlay the packet of a pod is wrapped, and its addresses are the pods' own", async t => {
    const {client, there} = await addresses()
    const words = ['-T', 'vxlan', '-l', '-n', '-c', '1', '-i', 'eth0', 'udp', 'port', '8472', 'and', 'dst', '10.0.20.4']
    const tcpdump = place.start(['exec', '--lab', name, 'node/far', '--', 'tcpdump', ...words])
    await eventually('tcpdump listens', () => tcpdump.said().includes('listening on eth0'))
    await outputOf(t, 'pod/client', 'curl', '-sS', `http://${there}:8080`)
    const {code, stdout} = await tcpdump.ended
    t.is(code, 0)
    t.regex(stdout, /IP 10\.0\.20\.11\.\d+ > 10\.0\.20\.4\.8472: VXLAN, flags \[I\] \(0x08\), vni 1\n/)
    t.true(new RegExp(`IP ${client}\\.\\d+ > ${there}\\.8080: Flags \\[S\\]`).test(stdout), stdout)
  })

  fact("a server on the other node sees the client's own address", async t => {
    const {client, there = ''} = await addresses()
    const connection = place.start([
      ...['exec', '--lab', name, 'pod/client', '--'],
      ...['busybox', 'nc', there, '8080', '-e', 'sleep', '1000'],
    ])
    t.teardown(() => connection.child.kill('SIGKILL'))
    const seen = async () => peersOf(await outputOf(t, 'pod/there', 'cat', '/proc/net/tcp', '/proc/net/tcp6'), 8080)
    let peers = await seen()
    for (let attempts = 1; peers.length === 0 && attempts < 30; attempts++) peers = await seen()
    t.deepEqual(
      peers.map(({address}) => address),
      [client],
    )
  })

  fact("a cluster IP leads to each of the Service's pods, and conntrack remembers which", async t => {
    const {client, here, there} = await addresses()
    const script = 'for i in $(seq 30); do curl -sS http://10.98.0.10; done'
    const answers = await outputOf(t, 'pod/client', 'sh', '-c', script)
    t.deepEqual([...new Set(answers.trim().split('\n'))].sort(), ["You've hit here", "You've hit there"])
    const {stdout} = await inLab('node/near', 'conntrack', '-L', '-d', '10.98.0.10')
    for (const server of [here, there])
      t.true(
        stdout
          .split('\n')
          .some(line => line.includes(`src=${client} dst=10.98.0.10`) && line.includes(`src=${server} dst=${client}`)),
        stdout,
      )
  })

  fact('a node reaches a cluster IP, too', async t => {
    t.regex(await outputOf(t, 'node/far', 'curl', '-sS', 'http://10.98.0.10'), /^You've hit t?here\n$/)
  })

  fact('containers of a pod share its network, its name and its files of names', async t => {
    const {pair} = await addresses()
    t.is(await outputOf(t, 'pod/pair/shell', 'wget', '-qO-', 'http://localhost:8080'), "You've hit pair\n")
    const names = ['sh', '-c', 'hostname; cat /etc/hostname; tail -n 1 /etc/hosts; head -n 1 /etc/resolv.conf']
    const said = `pair\npair\n${pair}\tpair\nsearch default.svc.cluster.local svc.cluster.local cluster.local\n`
    for (const container of ['server', 'shell']) t.is(await outputOf(t, `pod/pair/${container}`, ...names), said)
    t.is(await outputOf(t, 'pod/client', 'cat', '/etc/hostname'), 'client\n')
  })

  fact('a container has processes and files of its own', async t => {
    const write = ['sh', '-c', 'echo mine > /tmp/file; echo mine >> /etc/hosts; echo 1 > /bin/mine']
    await outputOf(t, 'pod/pair/shell', ...write)
    const look = ['sh', '-c', 'ls /tmp/file /bin/mine; grep -c mine /etc/hosts']
    t.is(await outputOf(t, 'pod/pair/shell', ...look), '/bin/mine\n/tmp/file\n1\n')
    const {code, stdout} = await inLab('pod/pair/server', ...look)
    t.deepEqual({code, stdout}, {code: 1, stdout: '0\n'})
    const first = async (container: string) =>
      (await outputOf(t, `pod/pair/${container}`, 'cat', '/proc/1/cmdline')).replaceAll('\0', ' ').trim()
    t.is(await first('shell'), 'sleep infinity')
    t.is(await first('server'), 'node app.js')
    const ids = await outputOf(t, 'pod/pair/shell', 'sh', '-c', 'cd /proc && ls -d [0-9]* | wc -l')
    t.true(Number(ids) <= 5, "the other container's processes are not to be seen")
  })

  fact('deleted pods are replaced, at other addresses, and Endpoints and rules follow', async t => {
    const socket = join(sessionFolder(place, name), 'control.sock')
    const endpoints = async () =>
      (await podlab('get', 'endpoints', 'brief', '--lab', name, '--output', 'json')).stdout.match(
        /(?<="ip": ")[^"]+/g,
      ) ?? []
    const rules = () => outputOf(t, 'node/near', 'iptables-save', '-t', 'nat')
    const before = await endpoints()
    t.is(before.length, 2)
    const oldRules = await rules()
    t.true(before.every(ip => oldRules.includes(`--to-destination ${ip}:8080`)))

    t.is((await ask(socket, 'delete', {kind: 'Pod', selector: 'app=brief'})).length, 2)
    t.deepEqual((await ask(socket, 'settled', {withinMs: 20_000})).waitingFor, [])
    const after = await endpoints()
    t.is(after.length, 2)
    t.deepEqual(
      after.filter(ip => before.some(old => old === ip)),
      [],
      'an address that came back is not given out at once',
    )
    const now = await rules()
    t.true(after.every(ip => now.includes(`--to-destination ${ip}:8080`)))
    t.false(before.some(ip => now.includes(`--to-destination ${ip}:8080`)))
    t.regex(await outputOf(t, 'pod/client', 'curl', '-sS', 'http://10.98.0.20'), /^You've hit brief-/)
  })

  fact('exec gives back what the program did', async t => {
    const run = async (...argv: readonly string[]): Promise<Result> => inLab('pod/client', ...argv)
    t.deepEqual(await run('sh', '-c', 'echo out; echo err >&2; exit 7'), {code: 7, stdout: 'out\n', stderr: 'err\n'})
    t.is((await run('sh', '-c', 'kill -KILL $$')).code, 137)
    t.is((await run('sh', '-c', 'kill -TERM $$')).code, 143)
    t.is((await run('no-such-program')).code, 127)
    t.is((await run('/etc/hosts')).code, 126)
    t.is((await run('echo', '--', '-l', '$HOME', 'a b')).stdout, '-- -l $HOME a b\n')
  })

  fact('a second up of the same lab says so, and leaves the first', async t => {
    const stderr = `podlab: lab ${name} is already up. Take it down with: podlab down ${name}\n`
    t.deepEqual(await podlab('up', lab), {code: 1, stdout: '', stderr})
    t.is(await outputOf(t, 'pod/client', 'hostname'), 'client\n')
  })

  fact('labs with the same addresses run side by side and do not meet', async t => {
    const other = place.name('other')
    const {code, stderr} = await podlab('up', place.lab(other, strangerFile))
    t.deepEqual({code, stderr}, {code: 0, stderr: ''})
    const hit = ['curl', '-sS', 'http://10.98.0.10']
    const inOther = await podlab('exec', '--lab', other, 'pod/client', '--', ...hit)
    t.is(inOther.stdout, "You've hit stranger\n")
    t.regex(await outputOf(t, 'pod/client', ...hit), /^You've hit t?here\n$/)
    const listed = await podlab('ls')
    t.deepEqual(listed.stdout.match(/^(lab|other)-\d+/gm), [name, other])
    const unclear = await podlab('exec', 'pod/client', '--', 'true')
    t.is(unclear.code, 2)
    t.is(unclear.stderr, `podlab: several labs are up (${name}, ${other}); choose one with --lab NAME\n`)

    t.deepEqual(await podlab('down', other), {code: 0, stdout: `${other} is down.\n`, stderr: ''})
    t.regex(await outputOf(t, 'pod/client', ...hit), /^You've hit t?here\n$/, 'the other one lives on')
  })
}
