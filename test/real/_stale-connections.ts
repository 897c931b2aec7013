import {join} from 'node:path'
import type {ExecutionContext, TestFn} from 'ava'
import {ask} from '../../src/cluster/control.ts'
import type {KubeObject} from '../../src/objects/kube-object.ts'
import {type Account, makePlace, sessionFolder} from './_podlab.ts'

/*
 * A client of UDP that never changes its port, and never stops:
 *
 *      laptop 10.0.20.100
 *           └───────── 10.0.20.0/24, the underlay ───┐
 *      ┌─ far ────────────────────┐   ┌─ near ───────┴──────────┐
 *      │ one, two: hostname, 8081 │   │ client, port 40000      │
 *      └──────────────────────────┘   └─────────────────────────┘
 *
 * Service words 10.98.0.30:53 and node port 30053, served by the pod that its selector names.
 */
const labFile = `
cluster: {proxyMode: MODE}
nodes:
  - {name: far, address: 10.0.20.4, podSubnet: 172.17.13.0/24}
  - {name: near, address: 10.0.20.11, podSubnet: 172.17.12.0/24}
clients:
  - {name: laptop, address: 10.0.20.100}
manifests:
  - {apiVersion: v1, kind: Pod, metadata: {name: client}, spec: {nodeName: near, containers: [{name: main, image: nicolaka/netshoot, command: [sleep, infinity]}]}}
  - {apiVersion: v1, kind: Pod, metadata: {name: one, labels: {app: one}}, spec: {nodeName: far, containers: [{name: main, image: registry.k8s.io/e2e-test-images/agnhost, args: [netexec]}]}}
  - {apiVersion: v1, kind: Pod, metadata: {name: two, labels: {app: two}}, spec: {nodeName: far, containers: [{name: main, image: registry.k8s.io/e2e-test-images/agnhost, args: [netexec]}]}}
`

function words(app: string): KubeObject {
  const ports = [{port: 53, targetPort: 8081, nodePort: 30_053, protocol: 'UDP'}]
  const spec = {type: 'NodePort', clusterIP: '10.98.0.30', selector: {app}, ports}
  return {apiVersion: 'v1', kind: 'Service', metadata: {name: 'words', namespace: 'default'}, spec} as KubeObject
}

const client = `my $s = IO::Socket::INET->new(Proto => "udp", LocalPort => 40000, PeerAddr => $ARGV[0], PeerPort => $ARGV[1]);
$SIG{ALRM} = sub { exit }; alarm $ARGV[2]; $s->send("hostname"); print $said if defined $s->recv($said, 99)`

/** What becomes of connections that the kernel remembers, for an account. */
export function staleConnectionsSuite(test: TestFn, account: Account, mode: string): void {
  const place = makePlace(account)
  const name = place.name('stale')
  const socket = join(sessionFolder(place, name), 'control.sock')
  const fact = (title: string, run: (t: ExecutionContext) => Promise<void>) =>
    test.serial(`${account.name}, ${mode}: ${title}`, run)

  test.serial.before(async t => {
    t.timeout(120_000)
    const {code, stderr} = await place.podlab('up', place.lab(name, labFile.replace('MODE', mode)))
    t.is(code, 0, stderr)
  })
  test.after.always(async () => {
    await place.podlab('down', '--all')
    place.remove()
  })

  /** Who answers to a datagram from a port that is always the same. */
  async function answerTo(from: string, to: string, seconds = '10'): Promise<string> {
    const words = ['perl', '-MIO::Socket::INET', '-e', client, ...to.split(':'), seconds]
    return (await place.podlab('exec', '--lab', name, from, '--', ...words)).stdout
  }

  /** The same, where nobody is to answer: '' when nobody does. */
  const silenceOf = (from: string, to: string) => answerTo(from, to, '1')

  async function serve(app: string): Promise<void> {
    await ask(socket, 'apply', {objects: [words(app)]})
    await ask(socket, 'settled', {withinMs: 30_000})
  }

  const ways = [
    ['pod/client', '10.98.0.30:53'],
    ['client/laptop', '10.0.20.11:30053'],
  ] as const

  fact('who sent before there was a Service is served when there is one', async t => {
    t.is(await silenceOf('pod/client', '10.98.0.30:53'), '')
    t.is(await silenceOf('pod/client', '10.98.0.30:53'), '', 'the kernel remembers where that went')
    await serve('one')
    t.is(await answerTo('pod/client', '10.98.0.30:53'), 'one')
  })

  fact('who goes on sending from the same port meets the endpoint that came in place of the old one', async t => {
    for (const app of ['two', 'one']) {
      await serve(app)
      for (const [from, to] of ways) t.is(await answerTo(from, to), app, `${from} to ${to}`)
    }
  })

  fact('without endpoints nobody answers, and the first endpoint answers at once', async t => {
    await serve('nobody')
    for (const [from, to] of ways) t.is(await silenceOf(from, to), '', `${from} to ${to}`)
    await serve('two')
    for (const [from, to] of ways) t.is(await answerTo(from, to), 'two', `${from} to ${to}`)
  })

  fact('the kernel remembers no connection to a Service that has gone', async t => {
    const known = async () =>
      (await place.podlab('exec', '--lab', name, 'node/near', '--', 'conntrack', '-L', '-p', 'udp')).stdout
    t.regex(await known(), /dst=10\.98\.0\.30 sport=40000/)
    await ask(socket, 'delete', {kind: 'Service', namespace: 'default', name: 'words'})
    await ask(socket, 'settled', {withinMs: 30_000})
    t.notRegex(await known(), /dst=10\.98\.0\.30/)
  })
}
