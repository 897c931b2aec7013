import {join} from 'node:path'
import type {ExecutionContext, TestFn} from 'ava'
import {ask} from '../../src/cluster/control.ts'
import {type Account, makePlace, type Result, sessionFolder} from './_podlab.ts'

/*
 * Connections through kube-proxy itself, on a node of the lab's daemon and on one whose agent is a process of its own:
 *
 *      laptop 10.0.20.100
 *           └─────┬──── 10.0.20.0/24, the underlay ──────┐
 *      ┌─ far ────┴──────────────┐   ┌─ near ────────────┴─────┐
 *      │ (outside)  two, three   │   │ client, one, blob       │
 *      └─────────────────────────┘   └─────────────────────────┘
 *
 * Services: web 10.98.0.10:80, node port 30080 (one, two, three); words, the same over UDP, 10.98.0.30:53, node port 30053; loyal, the same
 * with session affinity, 10.98.0.40:80; nobody 10.98.0.50:80; bulk 10.98.0.60:80 (blob); half 10.98.0.70:80 (one, and an address that nobody has).
 */
const megabytes = 32
const server = `$l = IO::Socket::INET->new(Listen => 9, LocalPort => 8080, ReuseAddr => 1); while ($c = $l->accept) { \
print $c "abcdefg\\n" x 131072 for 1..${megabytes}; read($c, $all, ${megabytes} << 20); print $c length($all), " back\\n"; close $c }`

const pod = (name: string, node: string, container: object, labels: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {name, labels},
  spec: {nodeName: node, containers: [{name: 'main', ...container}]},
})
const web = {image: 'registry.k8s.io/e2e-test-images/agnhost', args: ['netexec']}
const idle = {image: 'nicolaka/netshoot', command: ['sleep', 'infinity']}
const service = (name: string, clusterIP: string, spec: object) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {name, namespace: 'default'},
  spec: {clusterIP, ...spec},
})
const http = [{port: 80, targetPort: 8080}]
const webSpec = {type: 'NodePort', selector: {app: 'web'}, ports: [{port: 80, targetPort: 8080, nodePort: 30_080}]}
const words = [{port: 53, targetPort: 8081, nodePort: 30_053, protocol: 'UDP'}]

const lab = {
  cluster: {proxyMode: 'userspace', proxy: {portRange: '45000-45100'}},
  nodes: [
    {name: 'far', address: '10.0.20.4', podSubnet: '172.17.13.0/24', outside: true},
    {name: 'near', address: '10.0.20.11', podSubnet: '172.17.12.0/24'},
  ],
  clients: [{name: 'laptop', address: '10.0.20.100'}],
  manifests: [
    pod('client', 'near', idle),
    pod('one', 'near', web, {app: 'web'}),
    pod('two', 'far', web, {app: 'web'}),
    pod('three', 'far', web, {app: 'web'}),
    pod('blob', 'near', {...idle, command: ['perl', '-MIO::Socket::INET', '-e', server]}, {app: 'blob'}),
    service('web', '10.98.0.10', webSpec),
    service('words', '10.98.0.30', {type: 'NodePort', selector: {app: 'web'}, ports: words}),
    service('loyal', '10.98.0.40', {sessionAffinity: 'ClientIP', selector: {app: 'web'}, ports: http}),
    service('nobody', '10.98.0.50', {selector: {app: 'nobody'}, ports: http}),
    service('bulk', '10.98.0.60', {selector: {app: 'blob'}, ports: http}),
    service('half', '10.98.0.70', {ports: http}),
  ],
}

const names = ['one', 'three', 'two']

/** What goes through the userspace proxy, for an account. */
export function userspaceSuite(test: TestFn, account: Account): void {
  const place = makePlace(account)
  const name = place.name('userspace')
  const socket = join(sessionFolder(place, name), 'control.sock')
  const fact = (title: string, run: (t: ExecutionContext) => Promise<void>) =>
    test.serial(`${account.name}: ${title}`, run)
  const inside = (target: string, ...argv: readonly string[]): Promise<Result> =>
    place.podlab('exec', '--lab', name, target, '--', ...argv)
  const settled = () => ask(socket, 'settled', {withinMs: 60_000})

  test.serial.before(async t => {
    t.timeout(180_000)
    const {code, stderr} = await place.podlab('up', place.lab(name, JSON.stringify(lab)))
    t.is(code, 0, stderr)
    const {stdout} = await place.podlab('get', 'pods', '-o', 'wide', '--lab', name)
    const ip = /^one .*?(172\.17\.12\.\d+)/m.exec(stdout)?.[1] ?? ''
    const slice = {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {name: 'half-1', namespace: 'default', labels: {'kubernetes.io/service-name': 'half'}},
      addressType: 'IPv4',
      ports: [{name: '', port: 8080, protocol: 'TCP'}],
      endpoints: [{addresses: [ip]}, {addresses: ['172.17.12.250']}],
    }
    await ask(socket, 'apply', {objects: [slice as never]})
    await settled()
  })
  test.after.always(async () => {
    await place.podlab('down', '--all')
    place.remove()
  })

  /** What a target gets from a URL, so many times; `-` for no answer. */
  async function answers(from: string, url: string, count: number): Promise<readonly string[]> {
    const loop = `for i in $(seq ${count}); do curl -sS --max-time 10 ${url} || printf -; echo; done`
    return (await inside(from, 'sh', '-c', loop)).stdout.trim().split('\n')
  }

  for (const [from, url] of [
    ['pod/client', 'http://10.98.0.10/hostname'],
    ['node/near', 'http://10.98.0.10/hostname'],
    ['node/near', 'http://127.0.0.1:30080/hostname'],
    ['node/far', 'http://10.98.0.10/hostname'],
    ['client/laptop', 'http://10.0.20.11:30080/hostname'],
    ['client/laptop', 'http://10.0.20.4:30080/hostname'],
    ['pod/one', 'http://10.98.0.10/hostname'],
  ] as const)
    fact(`from ${from}, the pods behind ${url} take turns`, async t => {
      const seen = await answers(from, url, 7)
      t.deepEqual(seen.slice(0, 3).toSorted(), names)
      t.deepEqual(seen.slice(3, 6), seen.slice(0, 3))
      t.is(seen[6], seen[0])
    })

  fact('a pod sees an address of the node, not the client', async t => {
    const seen = await answers('pod/client', 'http://10.98.0.10/clientip', 3)
    for (const from of seen) t.regex(from, /^(172\.17\.12\.[01]|10\.0\.20\.11):/)
    const outside = await answers('client/laptop', 'http://10.0.20.4:30080/clientip', 3)
    for (const from of outside) t.regex(from, /^(172\.17\.13\.[01]|10\.0\.20\.4):/)
  })

  fact('with session affinity a client stays with its pod', async t => {
    const seen = await answers('pod/client', 'http://10.98.0.40/hostname', 4)
    t.true(names.includes(seen[0] ?? ''))
    t.is(new Set(seen).size, 1)
  })

  fact('an endpoint that does not answer is skipped', async t => {
    t.deepEqual(await answers('pod/client', 'http://10.98.0.70/hostname', 3), ['one', 'one', 'one'])
  })

  fact('a Service without endpoints takes a connection, and closes it', async t => {
    const {code} = await inside('pod/client', 'curl', '-sS', '--max-time', '10', 'http://10.98.0.50/')
    t.true(code === 52 || code === 56, `curl ended with ${code}`) // empty reply, or reset
  })

  fact('what is sent arrives whole, both ways', async t => {
    const client = `$s = IO::Socket::INET->new(PeerAddr => "10.98.0.60:80"); read($s, $all, ${megabytes} << 20); \
print $s $all; print $all eq ("abcdefg\\n" x (131072 * ${megabytes})) ? "whole, " : "broken, ", scalar <$s>`
    const {stdout} = await inside('pod/client', 'perl', '-MIO::Socket::INET', '-e', client)
    t.is(stdout, `whole, ${megabytes * 2 ** 20} back\n`)
  })

  for (const [from, to] of [
    ['pod/client', '10.98.0.30:53'],
    ['node/far', '10.98.0.30:53'],
    ['client/laptop', '10.0.20.11:30053'],
  ] as const)
    fact(`over UDP, too: from ${from} to ${to} the pods take turns, and a client keeps its own`, async t => {
      const talk = `for (1..3) { my $s = IO::Socket::INET->new(Proto => "udp", PeerAddr => "${to}"); $SIG{ALRM} = sub { exit }; alarm 5; \
for (1..2) { $s->send("hostname"); $s->recv($said, 99); print "$said " } }`
      const seen = (await inside(from, 'perl', '-MIO::Socket::INET', '-e', talk)).stdout.trim().split(' ')
      t.deepEqual([seen[0], seen[2], seen[4]].toSorted(), names)
      t.deepEqual([seen[1], seen[3], seen[5]], [seen[0], seen[2], seen[4]])
    })

  fact('the proxy listens in the range that it is given, and holds the node port', async t => {
    const {stdout: tcp} = await inside('node/near', 'ss', '-Htln')
    t.regex(tcp, /0\.0\.0\.0:450\d\d/)
    t.regex(tcp, /0\.0\.0\.0:30080/)
    const {stdout: udp} = await inside('node/far', 'ss', '-Huln')
    t.regex(udp, /0\.0\.0\.0:450\d\d/)
    t.regex(udp, /0\.0\.0\.0:30053/)
    const taken = await inside('node/near', 'perl', '-MIO::Socket::INET', '-e', takePort)
    t.is(taken.stdout, 'Address already in use')
  })

  fact('when an endpoint goes, the others take turns', async t => {
    await ask(socket, 'delete', {kind: 'Pod', namespace: 'default', name: 'three'})
    await settled()
    const seen = await answers('pod/client', 'http://10.98.0.10/hostname', 4)
    t.deepEqual(seen.slice(0, 2).toSorted(), ['one', 'two'])
    t.deepEqual(seen.slice(2), seen.slice(0, 2))
  })

  /** A connection that stays open over a change of the mode; what it hears after that. */
  async function over(change: string): Promise<string> {
    const talk = inside('pod/client', 'perl', '-MIO::Socket::INET', '-e', patient)
    await inside('pod/client', 'sh', '-c', 'until test -e /tmp/open; do sleep 0.05; done')
    const {stderr} = await place.podlab('set', 'proxy', change, '--lab', name)
    await settled()
    await inside('pod/client', 'touch', '/tmp/changed')
    const {stdout} = await talk
    await inside('pod/client', 'rm', '-f', '/tmp/changed', '/tmp/open')
    return stderr + stdout
  }

  fact('connections through the proxy end with it; the next ones go by rules, and nothing of it is left', async t => {
    t.is(await over('iptables'), 'the end')
    const own = (await inside('pod/client', 'hostname', '-i')).stdout.trim()
    t.is((await answers('pod/client', 'http://10.98.0.10/clientip', 1))[0]?.split(':')[0], own)
    for (const node of ['near', 'far']) {
      t.notRegex((await inside(`node/${node}`, 'ss', '-Htuln')).stdout, /:(450\d\d|300\d\d)/)
      t.notRegex((await inside(`node/${node}`, 'iptables-save')).stdout, /KUBE-(PORTALS|NODEPORT-)/)
    }
  })

  fact('connections that go by rules live on when the proxy takes over', async t => {
    t.is(await over('userspace'), '200 OK')
    t.deepEqual((await answers('pod/client', 'http://10.98.0.10/hostname', 2)).toSorted(), ['one', 'two'])
    t.notRegex((await inside('node/near', 'iptables-save')).stdout, /KUBE-S(VC|EP)-|KUBE-SERVICES/)
  })

  fact('beside another mode it is said what no rule does here', async t => {
    const {stdout} = await place.podlab('diff', 'rules', '--lab', name, 'userspace', 'iptables', 'svc/web')
    t.regex(stdout, /How an endpoint is chosen\n {2}userspace: no rule; kube-proxy itself takes the connection/)
    t.regex(stdout, /What is done to the packet\n {2}userspace: no rule; kube-proxy makes a connection of its own/)
    t.notRegex(stdout, /: nothing\n/)
  })

  fact('to nftables and back', async t => {
    await place.podlab('set', 'proxy', 'nftables', '--lab', name)
    await settled()
    t.true(names.includes((await answers('pod/client', 'http://10.98.0.10/hostname', 1))[0] ?? ''))
    t.notRegex((await inside('node/near', 'iptables-save')).stdout, /KUBE-/)
    await place.podlab('set', 'proxy', 'userspace', '--lab', name)
    await settled()
    t.deepEqual((await answers('client/laptop', 'http://10.0.20.4:30080/hostname', 2)).toSorted(), ['one', 'two'])
  })

  fact('a Service that goes leaves no socket and no rule', async t => {
    for (const gone of ['web', 'words'])
      await ask(socket, 'delete', {kind: 'Service', namespace: 'default', name: gone})
    await settled()
    t.notRegex((await inside('node/near', 'ss', '-Htuln')).stdout, /:300\d\d/)
    t.notRegex((await inside('node/near', 'iptables-save')).stdout, /default\/(web|words)/)
  })
}

const takePort = `print IO::Socket::INET->new(Listen => 1, LocalPort => 30080) ? "free" : $!`

/* Sends half of a request, waits until the mode has changed, sends the rest. */
const patient = `$SIG{PIPE} = "IGNORE"; $s = IO::Socket::INET->new(PeerAddr => "10.98.0.10:80"); print $s "GET / HTTP/1.1\\r\\n"; $s->flush; \
open F, ">/tmp/open"; close F; for (1..600) { last if -e "/tmp/changed"; select undef, undef, undef, 0.1 } \
print $s "Host: web\\r\\nConnection: close\\r\\n\\r\\n"; $s->flush; $said = <$s>; print $said =~ /(200 OK)/ ? $1 : "the end"`
