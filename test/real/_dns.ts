import {join} from 'node:path'
import type {ExecutionContext, TestFn} from 'ava'
import {ask} from '../../src/cluster/control.ts'
import {explainNoIpvs} from '../../src/cluster/no-ipvs.ts'
import {overlayBackends} from '../../src/node/overlay/index.ts'
import {proxyModes} from '../../src/node/proxy/index.ts'
import {type Account, makePlace, sessionFolder} from './_podlab.ts'

/*
 * Names in a lab, asked for with the programs of the trade:
 *
 *   internet example.com 203.0.113.10 ── router 10.0.20.254, the nodes' DNS server ── laptop
 *                    10.0.20.0/24, the underlay
 *        eth0 10.0.20.4 ──────┴────── eth0 10.0.20.11
 *   ┌─ far ───────────────────┐  ┌─ near ──────────────────┐
 *   │ web, coredns            │  │ client, shell, coredns  │
 *   └─────────────────────────┘  └─────────────────────────┘
 */
const labFile = `
cluster: {dns: {upstream: {db.example.org: [203.0.113.31, 203.0.113.32]}}}
nodes:
  - {name: far, address: 10.0.20.4, podSubnet: 172.17.13.0/24}
  - {name: near, address: 10.0.20.11, podSubnet: 172.17.12.0/24}
clients: [laptop]
internet: [{name: example.com, address: 203.0.113.10, answer: This is example.com}, {name: example.net, address: 203.0.113.20}]
manifests:
  - {apiVersion: v1, kind: Pod, metadata: {name: client}, spec: {nodeName: near, containers: [{name: main, image: curlimages/curl, command: [sleep, infinity]}]}}
  - {apiVersion: v1, kind: Pod, metadata: {name: shell}, spec: {nodeName: near, containers: [{name: main, image: busybox, command: [sleep, infinity]}]}}
  - {apiVersion: v1, kind: Pod, metadata: {name: inside}, spec: {nodeName: near, hostNetwork: true, dnsPolicy: ClusterFirstWithHostNet, containers: [{name: main, image: curlimages/curl, command: [sleep, infinity]}]}}
  - {apiVersion: v1, kind: Pod, metadata: {name: plain}, spec: {nodeName: near, dnsPolicy: Default, containers: [{name: main, image: curlimages/curl, command: [sleep, infinity]}]}}
  - {apiVersion: v1, kind: Pod, metadata: {name: web, labels: {app: web}}, spec: {nodeName: far, containers: [{name: main, image: luksa/kubia}]}}
  - {apiVersion: v1, kind: Service, metadata: {name: web}, spec: {clusterIP: 10.98.0.10, selector: {app: web}, ports: [{name: http, port: 80, targetPort: 8080}]}}
`
const noIpvs = (await explainNoIpvs())?.split('\n')[0]
const whole = 'web.default.svc.cluster.local'

/** What becomes of names in a lab, for an account. */
export function dnsSuite(test: TestFn, account: Account): void {
  const place = makePlace(account)
  const name = place.name('dns')
  const {podlab} = place
  const inLab = (target: string, ...argv: readonly string[]) => podlab('exec', '--lab', name, target, '--', ...argv)

  test.serial.before(async t => {
    t.timeout(180_000)
    const {code, stderr} = await podlab('up', place.lab(name, labFile))
    t.deepEqual({code, stderr}, {code: 0, stderr: ''})
  })
  test.after.always(async () => {
    await podlab('down', '--all')
    place.remove()
  })
  const fact = (title: string, run: (t: ExecutionContext) => Promise<void>) =>
    test.serial(`${account.name}: ${title}`, async t => {
      t.timeout(180_000)
      await run(t)
    })
  const says = async (t: ExecutionContext, expected: string | RegExp, target: string, ...argv: readonly string[]) => {
    const {code, stdout, stderr} = await inLab(target, ...argv)
    t.is(code, 0, `${argv.join(' ')}: ${stderr}`)
    // dig tells in comments what went wrong with the tries before, as on a busy machine a pod may be unready for a moment.
    if (typeof expected === 'string') t.is(stdout.replaceAll(/^;;.*\n/gm, '').trim(), expected, argv.join(' '))
    else t.regex(stdout, expected, argv.join(' '))
  }

  for (const [proxy, overlay] of Object.keys(proxyModes).flatMap(mode =>
    Object.keys(overlayBackends).map(backend => [mode, backend] as const),
  )) {
    const lacking = proxy === 'ipvs' ? noIpvs : undefined
    const title = `a pod finds a Service with ${proxy} and ${overlay}, by UDP and TCP`
    if (lacking !== undefined) {
      test.serial.skip(`${account.name}: ${title} (skipped: ${lacking})`, () => undefined)
      continue
    }
    fact(title, async t => {
      for (const [setting, value] of Object.entries({proxy, overlay}))
        t.is((await podlab('set', '--lab', name, setting, value)).code, 0, `${setting} ${value}`)
      const dig = ['dig', '+short', '+tries=3', '+time=2']
      await says(t, '10.98.0.10', 'pod/client', ...dig, whole)
      await says(t, '10.98.0.10', 'pod/client', ...dig, '+tcp', whole)
      // Lots are drawn anew for every query: of eight, all but one in 128 times both servers have had some.
      const eight = Array.from({length: 8}, () => 'example.com')
      await says(t, eight.map(() => '203.0.113.10').join('\n'), 'pod/client', ...dig, ...eight)
      await says(t, "You've hit web", 'pod/client', 'curl', '-sS', '--max-time', '10', 'http://web')
    })
  }

  fact('each C library and tool finds the name by the search domains', async t => {
    await podlab('set', '--lab', name, 'proxy', 'iptables')
    await says(t, /^10\.98\.0\.10 +web\.default\.svc\.cluster\.local$/m, 'pod/client', 'getent', 'hosts', 'web')
    await says(t, '10.98.0.10', 'pod/client', 'dig', '+search', '+short', 'web.default')
    await says(t, "You've hit web", 'pod/shell', 'wget', '-qO-', 'http://web.default.svc')
    await says(
      t,
      /^Name:\s+web\.default\.svc\.cluster\.local\nAddress: 10\.98\.0\.10$/m,
      'pod/shell',
      'nslookup',
      whole,
    )
    await says(
      t,
      '0 100 80 web.default.svc.cluster.local.',
      'pod/client',
      'dig',
      '+short',
      `_http._tcp.${whole}`,
      'SRV',
    )
    await says(t, `${whole}.`, 'pod/client', 'dig', '+short', '-x', '10.98.0.10')
  })

  fact('a name that is not there is told at once', async t => {
    // A resolver that hears nothing asks again after 5 s.
    for (const nobody of ['nobody', 'nobody.example.net'])
      t.is((await inLab('pod/client', 'timeout', '5', 'getent', 'hosts', nobody)).code, 2, nobody)
    await says(t, /status: NXDOMAIN/, 'pod/client', 'dig', 'nobody.example.net')
  })

  fact('names outside are found, by pods, nodes and clients, and those of the cluster by pods alone', async t => {
    for (const target of ['pod/client', 'pod/plain', 'pod/inside', 'node/near', 'client/laptop'])
      await says(t, '203.0.113.10', target, 'dig', '+short', 'example.com')
    await says(t, /^203\.0\.113\.3[12]\n203\.0\.113\.3[12]$/m, 'pod/client', 'dig', '+short', 'db.example.org')
    await says(t, '10.98.0.10', 'pod/inside', 'dig', '+short', whole)
    for (const target of ['pod/plain', 'node/near', 'client/laptop']) await says(t, /NXDOMAIN/, target, 'dig', whole)
  })

  fact('each place has its own /etc/resolv.conf', async t => {
    const cluster =
      'search default.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5'
    for (const target of ['pod/client', 'pod/inside']) await says(t, cluster, target, 'cat', '/etc/resolv.conf')
    for (const target of ['pod/plain', 'node/far', 'client/laptop'])
      await says(t, 'nameserver 10.0.20.254', target, 'cat', '/etc/resolv.conf')
  })

  fact('the DNS pods are on two nodes, ready, and hold their sockets', async t => {
    const {stdout} = await podlab('get', 'pods', '--lab', name, '-n', 'kube-system', '--output', 'json')
    const {items} = JSON.parse(stdout) as {items: {spec: {nodeName: string}; status: {podIP: string}}[]}
    t.deepEqual(items.map(({spec, status}) => `${spec.nodeName} ${status.podIP}`).sort(), [
      'far 172.17.13.254',
      'near 172.17.12.254',
    ])
    await says(t, 'OK', 'node/near', 'curl', '-sS', 'http://172.17.12.254:8181/ready')
    await says(t, 'OK', 'node/near', 'curl', '-sS', 'http://172.17.12.254:8080/health')
    await says(
      t,
      /^coredns_dns_requests_total\{.*type="A".*\} \d+$/m,
      'pod/client',
      'curl',
      '-sS',
      'http://10.96.0.10:9153/metrics',
    )
  })

  /* Nobody else asks for example.net, so that no answer is remembered. */
  fact('the story of a look-up tells each query, by which rules it went, and who answered', async t => {
    const {code, stdout, stderr} = await podlab('story', '--lab', name, 'dns', 'client', 'example.net')
    t.deepEqual([code, stderr], [0, ''])
    t.regex(
      stdout,
      /^client looks example\.net up: getent ahosts example\.net\n.*ask 10\.96\.0\.10; .*ndots:5\.\n.*1 dot/,
    )
    t.regex(
      stdout,
      /example\.net\.default\.svc\.cluster\.local\. A\? \(with search domain 1, default\.svc\.cluster\.local\)/,
    )
    t.regex(
      stdout,
      /kube-proxy on near leads 10\.96\.0\.10 to coredns-\S+ \(KUBE-SVC-TCOU7JCQXEZGVUNU, KUBE-SEP-\w+\); there after/,
    )
    t.regex(stdout, /it asks 10\.0\.20\.254, which says 203\.0\.113\.20\./)
    t.regex(stdout, /\nexample\.net is 203\.0\.113\.20: 4 queries, /)
    const json = await podlab('story', '--lab', name, 'dns', 'client', 'web', '--json')
    t.like(JSON.parse(json.stdout), {name: 'web', said: ['10.98.0.10'], service: '10.96.0.10'})
    t.is((await podlab('story', '--lab', name, 'dns', 'nobody', 'web')).code, 1)
    t.is((await podlab('story', '--lab', name, 'dns', 'client')).code, 2)
  })

  fact('a Corefile that is edited takes effect, and one with a mistake does not', async t => {
    const socket = join(sessionFolder(place, name), 'control.sock')
    const key = {kind: 'ConfigMap', namespace: 'kube-system', name: 'coredns'}
    const found = (await ask(socket, 'get', key)) as unknown as {
      metadata: {resourceVersion: string}
      data: {Corefile: string}
    }
    const {resourceVersion: _, ...metadata} = found.metadata
    const write = (Corefile: string) =>
      ask(socket, 'apply', {objects: [{...found, metadata, data: {Corefile}} as never]})
    const edited = found.data.Corefile.replace(
      '    forward',
      '    hosts {\n        10.1.2.3 edited.test\n        fallthrough\n    }\n    forward',
    )
    await write(edited)
    await untilSaid('10.1.2.3', ['dig', '+short', 'edited.test'])
    await write(edited.replace('    ready\n', '    redy\n'))
    const wrong = /Error during parsing: Unknown directive 'redy'/
    await until(async () =>
      wrong.test((await podlab('logs', '--lab', name, 'kube-system/pod/k8s-app=kube-dns')).stdout),
    )
    await says(t, '10.1.2.3', 'pod/client', 'dig', '+short', 'edited.test')
    await write(found.data.Corefile)
    await untilSaid('', ['dig', '+short', 'edited.test'])
  })

  async function untilSaid(expected: string, argv: readonly string[]): Promise<void> {
    await until(async () => {
      const answers = await Promise.all([1, 2, 3, 4].map(() => inLab('pod/client', ...argv)))
      return answers.every(({stdout}) => stdout.trim() === expected)
    })
  }

  fact('a lab without DNS has none of it', async t => {
    const bare = place.name('bare')
    const text = 'cluster: {dns: false}\nnodes: [one]\n'
    t.is((await podlab('up', place.lab(bare, text))).code, 0)
    t.is((await podlab('get', 'services', '--lab', bare, '-n', 'kube-system', '-o', 'name')).stdout.trim(), '')
    t.is((await podlab('exec', '--lab', bare, 'node/one', '--', 'cat', '/etc/resolv.conf')).stdout, '')
    t.is((await podlab('down', bare)).code, 0)
  })
}

/* Until all see a change some time may pass, on a busy machine more. */
async function until(is: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000
  while (!(await is())) if (performance.now() > deadline) throw new Error('after a minute it is still not so')
}
