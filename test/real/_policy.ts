import {join} from 'node:path'
import {setTimeout} from 'node:timers/promises'
import type {ExecutionContext, TestFn} from 'ava'
import {ask} from '../../src/cluster/control.ts'
import {policyOf} from '../node/policy/_worlds.ts'
import {type Account, eventually, makePlace, sessionFolder} from './_podlab.ts'
import {
  api,
  byLabels,
  client,
  type Feature,
  features,
  friend,
  labFile,
  ports,
  root,
  type Shut,
  toWeb,
  web,
} from './_policy-features.ts'

/* An emulated machine is ten times slower. */
const patience = Number(process.env.PODLAB_PATIENCE ?? 1)

type Call = {readonly from: string; readonly to: string; readonly port: string; readonly seen: boolean}

/** What NetworkPolicies do to packets, for an account. */
export function policySuite(
  test: TestFn,
  account: Account,
  {modes = ['userspace', 'iptables', 'nftables'], inFull = true}: {modes?: readonly string[]; inFull?: boolean} = {},
): void {
  const place = makePlace(account)
  const name = place.name('policy')
  const lab = place.lab(name, labFile)
  const {podlab} = place
  const socket = () => join(sessionFolder(place, name), 'control.sock')
  const inLab = (target: string, ...argv: readonly string[]) => podlab('exec', '--lab', name, target, '--', ...argv)
  /** How curl ended: 0 for an answer, 28 for none, 7 for a refusal. */
  const curl = async (target: string, url: string) =>
    (await inLab(target, 'curl', '-sS', '-o', '/dev/null', '--max-time', `${patience > 1 ? 6 : 2}`, `http://${url}`))
      .code

  /** What a target hears from agnhost over UDP when it asks for its name. */
  const spoken = async (target: string, place: string) => {
    const talk = `$s = IO::Socket::INET->new(Proto => "udp", PeerAddr => "${place}"); $SIG{ALRM} = sub { print "silence"; exit }; \
alarm ${2 * patience}; $s->send("hostname"); $s->recv($said, 99); print $said`
    return (await inLab(target, 'perl', '-MIO::Socket::INET', '-e', talk)).stdout.trim()
  }

  const settled = async (t: ExecutionContext) =>
    t.deepEqual((await ask(socket(), 'settled', {withinMs: 60_000})).waitingFor, [])

  /** Writes these policies, in the place of all others. */
  async function write(t: ExecutionContext, policies: Feature['policies']): Promise<void> {
    for (const {metadata} of await ask(socket(), 'list', {kind: 'NetworkPolicy'}))
      await ask(socket(), 'delete', {kind: 'NetworkPolicy', namespace: metadata.namespace ?? '', name: metadata.name})
    const objects = policies.map(([namespace, spec], index) => policyOf(`policy-${index}`, namespace, spec))
    if (objects.length > 0) await ask(socket(), 'apply', {objects})
    await settled(t)
  }

  /** Every call that did not arrive, as a feature says it, and whether all was as podlab itself expected. */
  async function matrix(): Promise<{readonly pass: boolean; readonly shut: Shut}> {
    const words = ports.flatMap(port => ['--port', port])
    const {stdout, stderr} = await podlab('policy', 'matrix', '--lab', name, '-o', 'json', ...words)
    if (stdout === '') throw new Error(stderr)
    const report = JSON.parse(stdout) as {pass: boolean; matrix: readonly Call[]}
    const lost = report.matrix.filter(({seen}) => !seen)
    const shut = Map.groupBy(lost, ({to, port}) => `${to}:${port}`)
    return {
      pass: report.pass,
      shut: Object.fromEntries([...shut].map(([to, calls]) => [to, calls.map(({from}) => from)])),
    }
  }

  test.serial.before(async t => {
    t.timeout(120_000 * patience)
    const {code, stderr} = await podlab('up', lab)
    t.deepEqual({code, stderr}, {code: 0, stderr: ''})
  })
  test.after.always(async () => {
    await podlab('down', '--all')
    place.remove()
  })
  const fact = (title: string, run: (t: ExecutionContext) => Promise<void>) =>
    test.serial(`${account.name}: ${title}`, t => {
      t.timeout(120_000 * patience)
      return run(t)
    })

  for (const {title, policies, shut} of inFull ? features : [])
    fact(title, async t => {
      await write(t, policies)
      const seen = await matrix()
      t.deepEqual(inOrder(seen.shut), inOrder(everyPort(shut)))
      t.true(seen.pass, 'and podlab expected it')
    })

  for (const mode of modes)
    fact(`a Service is judged by its endpoint, in ${mode} mode`, async t => {
      await write(t, [toWeb([{from: [byLabels({app: 'api'})], ports: [{port: 'http'}]}])])
      const {code, stderr} = await podlab('set', '--lab', name, 'proxy', mode)
      t.deepEqual({code, stderr}, {code: 0, stderr: ''})
      await settled(t)
      // A program takes the connection and lets it go; rules drop its packets.
      const isShut = (code: number | null) => (mode === 'userspace' ? code === 52 || code === 56 : code === 28)
      t.is(await curl(api, '10.98.0.10'), 0)
      t.true(isShut(await curl(friend, '10.98.0.10')))
      t.true(isShut(await curl(client, '10.98.0.10')), 'also from a pod beside it')
      t.is(await curl(web, '10.98.0.10'), 0, 'and it reaches itself')
      await write(t, [['shop', {podSelector: {matchLabels: {app: 'api'}}, policyTypes: ['Egress']}]])
      t.true(isShut(await curl(api, '10.98.0.10')), 'a pod that may not speak')
      t.is(await curl(friend, '10.98.0.10'), 0)
      await write(t, [toWeb([{from: [{ipBlock: {cidr: '10.0.20.100/32'}}]}])])
      t.is(await curl('client/laptop', '10.0.20.11:30080'), 0)
      t.is(await curl('node/near', '10.98.0.10'), 0, 'a node reaches its own pods')
      t.is(await curl('node/far', '10.98.0.10'), 28, 'and not those of others')
      await write(t, [toWeb([{from: [{ipBlock: {cidr: '10.0.20.101/32'}}]}])])
      t.true(isShut(await curl('client/laptop', '10.0.20.11:30080')))
      await write(t, [toWeb([{from: [byLabels({app: 'api'})], ports: [{protocol: 'UDP'}]}])])
      t.is(await spoken(api, '10.98.0.20:53'), 'web')
      t.is(await spoken(client, '10.98.0.20:53'), 'silence')
      t.true(isShut(await curl(api, '10.98.0.10')), 'UDP alone')
    })

  if (!inFull) return

  fact('in userspace mode what is open stays open, and the next connection is judged', async t => {
    await write(t, [])
    t.is((await podlab('set', '--lab', name, 'proxy', 'userspace')).code, 0)
    await settled(t)
    const talk = `$s = IO::Socket::INET->new(PeerAddr => "10.98.0.10:80"); print $s "GET / HTTP/1.1\\r\\n"; $s->flush; \
open F, ">/tmp/open"; close F; for (1..600) { last if -e "/tmp/changed"; select undef, undef, undef, 0.1 } \
print $s "Host: web\\r\\nConnection: close\\r\\n\\r\\n"; $s->flush; $said = <$s>; print $said =~ /(200 OK)/ ? $1 : "the end"`
    const talking = inLab(api, 'perl', '-MIO::Socket::INET', '-e', talk)
    await inLab(api, 'sh', '-c', 'until test -e /tmp/open; do sleep 0.05; done')
    await write(t, [toWeb([])])
    t.true([52, 56].includes((await curl(api, '10.98.0.10')) ?? 0))
    await inLab(api, 'touch', '/tmp/changed')
    t.is((await talking).stdout, '200 OK')
    await inLab(api, 'rm', '-f', '/tmp/changed', '/tmp/open')
  })

  fact('in userspace mode an endpoint that a pod may not call is passed over', async t => {
    t.is((await podlab('set', '--lab', name, 'proxy', 'userspace')).code, 0)
    const metadata = {name: 'both', namespace: 'shop'}
    const ports = [{port: 80, targetPort: 8080}]
    const both = {apiVersion: 'v1', kind: 'Service', metadata, spec: {clusterIP: '10.98.0.30', ports}}
    const ipOf = async (pod: string) => (await inLab(pod, 'hostname', '-i')).stdout.trim()
    const slice = {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {...metadata, labels: {'kubernetes.io/service-name': 'both'}},
      addressType: 'IPv4',
      ports: [{name: '', port: 8080, protocol: 'TCP'}],
      endpoints: [{addresses: [await ipOf(web)]}, {addresses: [await ipOf(root)]}],
    }
    await ask(socket(), 'apply', {objects: [both as never, slice as never]})
    await write(t, [['admin', {}]])
    const began = performance.now()
    for (let call = 0; call < 4; call++) t.is(await curl(api, '10.98.0.30'), 0)
    t.log(`4 calls in ${Math.round(performance.now() - began)} ms`)
    await write(t, [['admin', {}], toWeb([])])
    t.true([52, 56].includes((await curl(api, '10.98.0.30')) ?? 0))
    t.is((await podlab('set', '--lab', name, 'proxy', 'iptables')).code, 0)
    await settled(t)
  })

  fact('a client outside is let in by its address', async t => {
    await write(t, [toWeb([{from: [{ipBlock: {cidr: '10.0.20.100/32'}}]}])])
    t.is(await curl('client/laptop', '10.0.20.11:30080'), 0)
    await write(t, [toWeb([{from: [{ipBlock: {cidr: '10.0.20.101/32'}}]}])])
    t.is(await curl('client/laptop', '10.0.20.11:30080'), 28)
  })

  fact("a pod's own node, with its probes, gets through", async t => {
    await write(t, [['shop', {policyTypes: ['Ingress', 'Egress']}]])
    const {stdout} = await inLab(web, 'hostname', '-i')
    t.is(await curl('node/near', `${stdout.trim()}:8080`), 0)
    t.is(await curl('node/far', `${stdout.trim()}:8080`), 28)
  })

  fact('what is dropped is counted, at the end of the chain of the pod', async t => {
    await write(t, [['shop', {podSelector: {matchLabels: {app: 'web'}}}]])
    const list = async () =>
      (await inLab('node/near', 'nft', 'list', 'chain', 'ip', 'network-policy', 'to-shop/web')).stdout
    t.regex(await list(), /jump ingress-shop\/policy-0\n\s+counter packets 0 bytes 0 drop/)
    t.is(await curl(client, '10.98.0.10'), 28)
    t.regex(await list(), /counter packets [1-9]\d* bytes \d+ drop/)
    const {stdout} = await inLab('node/near', 'curl', '-sS', 'http://127.0.0.1:10249/metrics')
    t.regex(
      stdout,
      /^podlab_network_policy_dropped_packets_total\{namespace="shop",pod="web",direction="ingress"\} [1-9]/m,
    )
  })

  fact('a pod is isolated before its first program starts', async t => {
    await write(t, [['shop', {podSelector: {matchLabels: {app: 'eager'}}, policyTypes: ['Egress']}]])
    const calls = (seconds: string) =>
      `for i in 1 2 3 4 5 6; do curl -sS -o /dev/null --max-time ${seconds} http://10.98.0.10 && echo out; done; echo done; sleep infinity`
    const runs = async (pod: string, seconds: string) => {
      const command = ['sh', '-c', calls(seconds)]
      const containers = [{name: 'main', image: 'curlimages/curl', command}]
      const spec = {nodeName: 'near', terminationGracePeriodSeconds: 0, containers}
      const metadata = {name: pod, namespace: 'shop', labels: {app: 'eager'}}
      const object = {apiVersion: 'v1', kind: 'Pod', metadata, spec} as const
      await ask(socket(), 'apply', {objects: [object]})
      for (let attempts = 0; attempts < 100; attempts++) {
        const {stdout} = await podlab('logs', '--lab', name, `shop/pod/${pod}`)
        if (stdout.includes('done')) return stdout
        await setTimeout(300)
      }
      throw new Error(`${pod} has not ended`)
    }
    t.notRegex(await runs('eager', '0.5'), /^out$/m)
    await write(t, [])
    t.regex(await runs('free', '5'), /^out$/m, 'the same pod gets out where nobody keeps it in')
    for (const pod of ['eager', 'free']) await ask(socket(), 'delete', {kind: 'Pod', namespace: 'shop', name: pod})
    const isGone = async () => (await ask(socket(), 'list', {kind: 'Pod', selector: 'app=eager'})).length === 0
    await eventually('they are gone: when a pod goes, the tables are written', isGone)
  })

  fact('with the last policy every trace of them goes', async t => {
    await write(t, [['shop', {}]])
    const tables = async () => (await inLab('node/near', 'nft', 'list', 'tables')).stdout
    t.regex(await tables(), /^table ip network-policy$/m)
    await write(t, [])
    t.notRegex(await tables(), /network-policy/)
  })

  fact('a table that somebody removes is missed in the matrix', async t => {
    await write(t, [['shop', {podSelector: {matchLabels: {app: 'web'}}}]])
    t.is((await inLab('node/near', 'nft', 'delete', 'table', 'ip', 'network-policy')).code, 0)
    const {code, stdout} = await podlab('policy', 'matrix', '--lab', name, '--port', '8080')
    t.is(code, 1)
    t.regex(stdout, /but policies deny it: shop\/web ingress \(shop\/policy-0\)/)
    t.is((await podlab('policy', 'matrix', '--lab', name, '--port', 'http')).code, 2)
  })
}

function everyPort(shut: Shut): Shut {
  const entries = Object.entries(shut).flatMap(([to, from]) =>
    to.includes(':') ? [[to, from] as const] : ports.map(port => [`${to}:${port}`, from] as const),
  )
  return Object.fromEntries(entries)
}

function inOrder(shut: Shut): Shut {
  const sorted = Object.entries(shut).map(([to, from]) => [to, from.toSorted()] as const)
  return Object.fromEntries(sorted.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
