import test from 'ava'
import type {Exchange} from '../../src/dns/upstream.ts'
import {typeName} from '../../src/dns/wire/codes.ts'
import {readMessage} from '../../src/dns/wire/read-message.ts'
import type {ResourceRecord} from '../../src/dns/wire/record.ts'
import {writeMessage} from '../../src/dns/wire/write-message.ts'
import {ask, printAnswer, queryBytes, tcpClient, testServer, udpClient} from './_ask.ts'
import {fixtureView} from './_fixture.ts'

/** Another server that knows what it is told to know, and denies all else; `asked` is what it was asked. */
function otherServer(known: Readonly<Record<string, readonly ResourceRecord[]>>): {
  exchange: Exchange
  asked: string[]
} {
  const asked: string[] = []
  return {
    asked,
    exchange: async ({bytes, to, protocol}) => {
      const query = readMessage(bytes)
      const {name = '', type = 0} = query.question ?? {}
      asked.push(`${protocol} ${to.address}:${to.port} ${typeName(type)} ${name}`)
      const answers = known[`${typeName(type)} ${name.toLowerCase()}`]
      const soa: ResourceRecord = {
        ...{name: 'example.com.', ttl: 60, type: 'SOA', primary: 'ns.example.com.', mailbox: 'root.example.com.'},
        ...{serial: 1, refresh: 2, retry: 3, expire: 4, minimum: 60},
      }
      const said = {...query, response: true, recursionAvailable: true, rcode: answers ? 0 : 3}
      return writeMessage({...said, answers: answers ?? [], authorities: answers ? [] : [soa]})
    },
  }
}

const www: ResourceRecord = {name: 'www.example.com.', ttl: 300, type: 'A', address: '203.0.113.80'}

test('a name outside the cluster is asked of the server that the Corefile names', async t => {
  const {exchange, asked} = otherServer({'A www.example.com.': [www]})
  const server = testServer({corefile: '. {\n forward . 203.0.113.10\n}', exchange})
  const said = await ask(server, {name: 'www.example.com.', type: 'A'})
  t.is(printAnswer(said), 'www.example.com. 300 IN A 203.0.113.80')
  t.true(said.recursionAvailable)
  t.false(said.authoritative)
  t.is((await ask(server, {name: 'gone.example.com.', type: 'A'}, tcpClient)).rcode, 3)
  t.deepEqual(asked, ['udp 203.0.113.10:53 A www.example.com.', 'tcp 203.0.113.10:53 A gone.example.com.'])
})

test('a server that never answers costs five seconds at most, and others are answered meanwhile', async t => {
  let clock = 0
  const exchange: Exchange = async ({timeout}) => {
    clock += timeout
    throw new Error('read udp 203.0.113.10:53: i/o timeout')
  }
  const lines: string[] = []
  const server = testServer({
    ...{corefile: '. {\n errors\n kubernetes cluster.local\n forward . 203.0.113.10\n}', exchange},
    clock: () => clock,
    log: line => lines.push(line),
  })
  t.teardown(server.close)
  const waiting = ask(server, {name: 'www.example.com.', type: 'A'})
  t.is((await ask(server, {name: 'kubia.default.svc.cluster.local.', type: 'A'})).answers.length, 1)
  t.is((await waiting).rcode, 2)
  t.true(clock <= 8000, `${clock} ms`)
  t.is(lines.at(-1), '[ERROR] plugin/errors: 2 www.example.com. A: read udp 203.0.113.10:53: i/o timeout')
})

test('when one server is silent the next is asked', async t => {
  const {exchange, asked} = otherServer({'A www.example.com.': [www]})
  const server = testServer({
    corefile: '. {\n forward . 203.0.113.9 203.0.113.10 {\n  policy sequential\n }\n}',
    exchange: sent => (sent.to.address === '203.0.113.9' ? Promise.reject(new Error('silent')) : exchange(sent)),
  })
  t.teardown(server.close)
  t.is((await ask(server, {name: 'www.example.com.', type: 'A'})).answers.length, 1)
  t.is(asked.length, 1)
})

test('more queries than max_concurrent are refused', async t => {
  let answer: (() => void) | undefined
  const {exchange} = otherServer({'A www.example.com.': [www]})
  const server = testServer({
    corefile: '. {\n prometheus\n forward . 203.0.113.10 {\n  max_concurrent 1\n }\n}',
    exchange: async sent => {
      await new Promise<void>(resolve => {
        answer = resolve
      })
      return exchange(sent)
    },
  })
  t.teardown(server.close)
  const first = ask(server, {name: 'www.example.com.', type: 'A'})
  t.is((await ask(server, {name: 'www.example.com.', type: 'A'})).rcode, 5)
  answer?.()
  t.is((await first).rcode, 0)
  t.regex(server.request(9153, '/metrics').body, /^coredns_forward_max_concurrent_rejects_total 1$/m)
})

test('an answer to another question is no answer', async t => {
  const exchange: Exchange = async () =>
    writeMessage({...readMessage(queryBytes({name: 'evil.', type: 'A'})), response: true})
  const server = testServer({corefile: '. {\n forward . 203.0.113.10\n}', exchange})
  t.is((await ask(server, {name: 'www.example.com.', type: 'A'})).rcode, 1)
})

test('what is in the cache is not asked again until its time is over, which the answer counts down', async t => {
  let now = 1_800_000_000_000
  const {exchange, asked} = otherServer({'A www.example.com.': [www]})
  const server = testServer({corefile: '. {\n cache 30\n forward . 203.0.113.10\n}', exchange, now: () => now})
  const answers: string[] = []
  for (const seconds of [0, 0, 10, 29, 30]) {
    now = 1_800_000_000_000 + seconds * 1000
    answers.push(
      printAnswer(await ask(server, {name: 'WWW.example.com.', type: 'A'})).replace(/^www/i, `${seconds}: www`),
    )
  }
  t.deepEqual(answers, [
    '0: www.example.com. 30 IN A 203.0.113.80',
    '0: www.example.com. 30 IN A 203.0.113.80',
    '10: www.example.com. 20 IN A 203.0.113.80',
    '29: www.example.com. 1 IN A 203.0.113.80',
    '30: www.example.com. 30 IN A 203.0.113.80',
  ])
  t.is(asked.length, 2)
})

test('a repetition counts down the records alone, and not what EDNS says', async t => {
  let now = 1_800_000_000_000
  const server = testServer({corefile: '. {\n cache 30\n kubernetes cluster.local {\n  ttl 30\n }\n}', now: () => now})
  const edns = {size: 1232, version: 0, dnssec: true, options: []}
  for (const [seconds, ttl] of [
    [0, 30],
    [0, 30],
    [7, 23],
    [29, 1],
  ] as const) {
    now = 1_800_000_000_000 + seconds * 1000
    const said = await ask(server, {name: 'both.default.svc.cluster.local.', type: 'SRV', edns})
    t.deepEqual(said.edns, edns)
    t.deepEqual(
      [...said.answers, ...said.additionals].map(record => record.ttl),
      [ttl, ttl, ttl],
    )
  }
})

const cached = '. {\n cache 30\n kubernetes cluster.local {\n  ttl 30\n }\n}'
const uncached =
  '. {\n cache 30 {\n  disable success cluster.local\n  disable denial cluster.local\n }\n kubernetes cluster.local {\n  ttl 30\n }\n}'
const late = {
  ...{apiVersion: 'v1', kind: 'Service', metadata: {name: 'late', namespace: 'default'}},
  spec: {clusterIP: '10.96.77.99', clusterIPs: ['10.96.77.99'], ports: [{port: 80}]},
} as const

test('a denial is kept too, so that a Service that is made later is not found for a while', async t => {
  let now = 1_800_000_000_000
  const view = fixtureView()
  const server = testServer({corefile: cached, view, now: () => now})
  const wanted = {name: 'late.default.svc.cluster.local.', type: 'A'}
  t.is((await ask(server, wanted)).rcode, 3)
  view.tell({type: 'ADDED', object: late})
  t.is((await ask(server, wanted)).rcode, 3)
  now += 30_000
  t.is((await ask(server, wanted)).answers.length, 1)
})

test("with the cache disabled for the cluster's zone a new Service is found at once, and a deleted one is gone", async t => {
  const view = fixtureView()
  const server = testServer({corefile: uncached, view})
  const wanted = {name: 'late.default.svc.cluster.local.', type: 'A'}
  t.is((await ask(server, wanted)).rcode, 3)
  view.tell({type: 'ADDED', object: late})
  t.is(printAnswer(await ask(server, wanted)), 'late.default.svc.cluster.local. 30 IN A 10.96.77.99')
  const moved = {...late, spec: {...late.spec, clusterIP: '10.96.77.98', clusterIPs: ['10.96.77.98']}}
  view.tell({type: 'MODIFIED', object: moved})
  t.is(printAnswer(await ask(server, wanted)), 'late.default.svc.cluster.local. 30 IN A 10.96.77.98')
  t.is(
    (await ask(server, {name: '99.77.96.10.in-addr.arpa.', type: 'PTR'})).rcode,
    2,
    'its old address is nobody else’s',
  )
  view.tell({type: 'DELETED', object: late})
  t.is((await ask(server, wanted)).rcode, 3)
})

test('a cache holds no more than its capacity', async t => {
  const {exchange, asked} = otherServer({})
  const server = testServer({
    corefile: '. {\n prometheus\n cache {\n  denial 2\n }\n forward . 203.0.113.10\n}',
    exchange,
  })
  for (const name of ['a.', 'b.', 'c.', 'c.', 'a.']) await ask(server, {name, type: 'A'})
  t.is(asked.length, 4, 'the oldest went')
  t.regex(server.request(9153, '/metrics').body, /coredns_cache_entries\{.*type="denial".*\} 2$/m)
})

test('hosts answers out of its lines and its file, and passes on what it does not know', async t => {
  const {exchange} = otherServer({'A www.example.com.': [www]})
  const server = testServer({
    corefile:
      '. {\n hosts /etc/hosts {\n  192.0.2.1 a.example.com b.example.com\n  2001:db8::1 a.example.com\n  fallthrough\n }\n forward . 203.0.113.10\n}',
    exchange,
    readFile: path => (path === '/etc/hosts' ? '# hosts\n192.0.2.9\tfile.example.com # nine\n' : undefined),
  })
  t.teardown(server.close)
  const answers = []
  for (const [type, name] of [
    ['A', 'a.example.com.'],
    ['AAAA', 'a.example.com.'],
    ['AAAA', 'b.example.com.'],
    ['A', 'file.example.com.'],
    ['PTR', '9.2.0.192.in-addr.arpa.'],
    ['A', 'www.example.com.'],
  ] as const)
    answers.push(printAnswer(await ask(server, {type, name})))
  t.deepEqual(answers, [
    'a.example.com. 3600 IN A 192.0.2.1',
    'a.example.com. 3600 IN AAAA 2001:db8::1',
    'NOERROR',
    'file.example.com. 3600 IN A 192.0.2.9',
    '9.2.0.192.in-addr.arpa. 3600 IN PTR file.example.com.',
    'www.example.com. 300 IN A 203.0.113.80',
  ])
})

const rewritten = test.macro({
  exec: async (t, rule: string, name: string, expected: string) => {
    const corefile = `. {\n rewrite ${rule}\n kubernetes cluster.local {\n  ttl 30\n }\n}`
    const server = testServer({corefile})
    const said = await ask(server, {name, type: 'A'})
    t.is(said.question?.name, name, 'the client finds its own question')
    t.is(printAnswer(said).replace(/\n! .*/s, ''), expected)
  },
  title: (_, rule: string, name: string) => `rewrite ${rule}: ${name}`,
})

const kubia = 'kubia.default.svc.cluster.local'
test(rewritten, `name web.example.com ${kubia}`, 'web.example.com.', 'web.example.com. 30 IN A 10.96.77.7')
test(rewritten, `name exact web.example.com ${kubia}`, 'WEB.example.com.', 'web.example.com. 30 IN A 10.96.77.7')
test(rewritten, `name exact web.example.com ${kubia}`, `${kubia}.`, `${kubia}. 30 IN A 10.96.77.7`)
test(
  rewritten,
  'name suffix .corp.example.com .svc.cluster.local',
  'kubia.default.corp.example.com.',
  `${kubia}. 30 IN A 10.96.77.7`,
)
test(
  rewritten,
  'name suffix .corp.example.com .svc.cluster.local answer auto',
  'kubia.default.corp.example.com.',
  'kubia.default.corp.example.com. 30 IN A 10.96.77.7',
)
test(
  rewritten,
  'name prefix old- ku answer auto',
  'old-bia.default.svc.cluster.local.',
  'old-bia.default.svc.cluster.local. 30 IN A 10.96.77.7',
)
test(
  rewritten,
  'name substring .corp. .svc. answer auto',
  'kubia.default.corp.cluster.local.',
  'kubia.default.corp.cluster.local. 30 IN A 10.96.77.7',
)
test(
  rewritten,
  'name regex (.*)-in-(.*)\\.example\\.com {1}.{2}.svc.cluster.local',
  'kubia-in-default.example.com.',
  `${kubia}. 30 IN A 10.96.77.7`,
)
test(
  rewritten,
  'stop {\n name regex (.*)-in-(.*)\\.example\\.com {1}.{2}.svc.cluster.local\n answer name (.*)\\.(.*)\\.svc\\.cluster\\.local {1}-in-{2}.example.com\n }',
  'kubia-in-default.example.com.',
  'kubia-in-default.example.com. 30 IN A 10.96.77.7',
)
test(
  rewritten,
  `continue name one.example.com two.example.com\n rewrite name two.example.com ${kubia}`,
  'one.example.com.',
  'one.example.com. 30 IN A 10.96.77.7',
)
test(rewritten, 'type AAAA A', `${kubia}.`, `${kubia}. 30 IN A 10.96.77.7`)
test(rewritten, 'name regex .* a..b', 'x.', 'SERVFAIL')

test('log writes the line that CoreDNS writes', async t => {
  const lines: string[] = []
  let clock = 0
  const server = testServer({
    corefile: '. {\n log\n kubernetes cluster.local\n}',
    log: line => lines.push(line),
    clock: () => {
      clock += 0.25
      return clock
    },
  })
  await ask(server, {name: `${kubia}.`, type: 'A'})
  await ask(server, {
    name: 'Missing.default.svc.cluster.local.',
    type: 'SRV',
    edns: {size: 1232, version: 0, dnssec: true, options: []},
  })
  t.deepEqual(lines.slice(-2), [
    '[INFO] 172.17.12.9:40000 - 4711 "A IN kubia.default.svc.cluster.local. udp 49 false 512" NOERROR qr,aa,rd 96 0.00025s',
    '[INFO] 172.17.12.9:40000 - 4711 "SRV IN missing.default.svc.cluster.local. udp 62 true 1232" NXDOMAIN qr,aa,rd 144 0.00025s',
  ])
})

test('queries that go round in a circle end the server', async t => {
  const fatal = await new Promise<string>(resolve => {
    const server = testServer({
      corefile: '. {\n loop\n forward . 203.0.113.10\n}',
      exchange: async ({bytes}) => (await server.answer(bytes, udpClient, 53)) ?? Buffer.alloc(0),
      fatal: resolve,
    })
    t.teardown(server.close)
  })
  t.regex(
    fatal,
    /^plugin\/loop: Loop \(172\.17\.12\.9:40000 -> :53\) detected for zone ".", see .* Query: "HINFO \d+\.\d+\."$/,
  )
})

test('loadbalance mixes addresses, and keeps aliases before them', async t => {
  let dice = 0
  const alias: ResourceRecord = {name: 'many.example.com.', ttl: 60, type: 'CNAME', target: 'x.example.com.'}
  const addresses = [1, 2, 3].map(
    (host): ResourceRecord => ({name: 'x.example.com.', ttl: 60, type: 'A', address: `192.0.2.${host}`}),
  )
  const {exchange} = otherServer({'A many.example.com.': [...addresses, alias]})
  const server = testServer({
    corefile: '. {\n loadbalance\n forward . 203.0.113.10\n}',
    exchange,
    random: () => {
      dice += 1
      return (dice * 0.37) % 1
    },
  })
  const orders = new Set<string>()
  for (let turn = 0; turn < 20; turn++) {
    const {answers} = await ask(server, {name: 'many.example.com.', type: 'A'})
    t.is(answers[0]?.type, 'CNAME')
    orders.add(answers.map(record => ('address' in record ? record.address : '')).join(' '))
  }
  t.true(orders.size > 2)
})

test('autopath walks the search path of the pod that asks, and answers the first query', async t => {
  const {exchange, asked} = otherServer({'A www.example.com.': [www]})
  const server = testServer({
    corefile:
      '. {\n autopath @kubernetes\n kubernetes cluster.local {\n  pods verified\n }\n forward . 203.0.113.10\n}',
    exchange,
  })
  const wanted = {name: 'www.example.com.default.svc.cluster.local.', type: 'A'}
  t.is(
    printAnswer(await ask(server, wanted)),
    'www.example.com. 300 IN A 203.0.113.80\nwww.example.com.default.svc.cluster.local. 300 IN CNAME www.example.com.',
  )
  t.deepEqual(asked, ['udp 203.0.113.10:53 A www.example.com.'])
  t.is(
    (await ask(server, wanted, {...udpClient, address: '192.0.2.200'})).rcode,
    3,
    'nobody knows what another searches',
  )
})

test('what is long is cut for UDP, whole for those who take more, and whole by TCP', async t => {
  const view = fixtureView()
  const hosts = Array.from({length: 60}, (_, index) => ({addresses: [`172.17.9.${index + 1}`]}))
  view.tell({
    type: 'ADDED',
    object: {
      ...{apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', addressType: 'IPv4', endpoints: hosts},
      metadata: {name: 'nobody-a', namespace: 'default', labels: {'kubernetes.io/service-name': 'nobody'}},
      ports: [{name: 'http', port: 8080, protocol: 'TCP'}],
    },
  } as never)
  const server = testServer({corefile: '. {\n kubernetes cluster.local\n}', view})
  const wanted = {name: 'nobody.default.svc.cluster.local.', type: 'A'}
  const short = await ask(server, wanted)
  t.true(short.truncated)
  t.is(short.answers.length, 28, 'as many as fit into 512 bytes, at 16 each')
  const edns = {size: 1232, version: 0, dnssec: false, options: []}
  const longer = await ask(server, {...wanted, edns})
  t.false(longer.truncated)
  t.is(longer.answers.length, 60)
  t.false((await ask(server, wanted, tcpClient)).truncated)
  t.is((await ask(server, wanted, tcpClient)).answers.length, 60)
})

test('a block with the longest zone answers, and a name that none has is refused', async t => {
  const server = testServer({
    corefile: 'cluster.local {\n kubernetes\n}\ndefault.svc.cluster.local {\n any\n}\nexample.com:5353 {\n any\n}',
  })
  t.is((await ask(server, {name: 'kubia.other.svc.cluster.local.', type: 'A'})).answers.length, 1)
  t.is((await ask(server, {name: `${kubia}.`, type: 'A'})).rcode, 2)
  t.is((await ask(server, {name: 'example.com.', type: 'ANY'})).rcode, 5)
  t.is((await ask(server, {name: 'example.com.', type: 'ANY'}, udpClient, 5353)).answers.length, 1)
})

test('before the cluster is known nothing is denied', async t => {
  const view = {...fixtureView(), synced: false}
  const server = testServer({corefile: '. {\n ready\n kubernetes cluster.local\n}', view})
  t.is((await ask(server, {name: 'late.default.svc.cluster.local.', type: 'A'})).rcode, 2)
  t.deepEqual(server.request(8181, '/ready'), {status: 503, type: 'text/plain; charset=utf-8', body: 'kubernetes'})
})

test('health, readiness and metrics are told by HTTP, each on its port', async t => {
  const server = testServer({corefile: '. {\n health\n ready\n prometheus :9153\n kubernetes cluster.local\n}'})
  t.is(server.request(8080, '/health').body, 'OK')
  t.is(server.request(8181, '/ready').body, 'OK')
  t.is(server.request(8080, '/metrics').status, 404)
  for (let turn = 0; turn < 3; turn++) await ask(server, {name: `${kubia}.`, type: 'A'})
  await ask(server, {name: 'missing.default.svc.cluster.local.', type: 'TYPE65280'})
  const {body} = server.request(9153, '/metrics')
  for (const line of [
    'coredns_dns_requests_total{family="1",proto="udp",server="dns://:53",type="A",view="",zone="."} 3',
    'coredns_dns_requests_total{family="1",proto="udp",server="dns://:53",type="other",view="",zone="."} 1',
    'coredns_dns_responses_total{plugin="kubernetes",rcode="NOERROR",server="dns://:53",view="",zone="."} 3',
    'coredns_dns_responses_total{plugin="kubernetes",rcode="NXDOMAIN",server="dns://:53",view="",zone="."} 1',
    'coredns_dns_request_duration_seconds_count{server="dns://:53",view="",zone="."} 4',
    'coredns_dns_response_size_bytes_bucket{proto="udp",server="dns://:53",view="",zone=".",le="100"} 3',
    'coredns_plugin_enabled{name="kubernetes",server="dns://:53",view="",zone="."} 1',
    'coredns_panics_total 0',
  ])
    t.true(body.split('\n').includes(line), `${line}\n${body}`)
})

test('a changed Corefile takes effect; a wrong one changes nothing, and the log says where', async t => {
  const lines: string[] = []
  const server = testServer({
    corefile: '. {\n kubernetes cluster.local {\n  ttl 30\n }\n}',
    log: line => lines.push(line),
  })
  const wanted = {name: `${kubia}.`, type: 'A'}
  t.is((await ask(server, wanted)).answers[0]?.ttl, 30)
  t.is(server.reload('. {\n kubernetes cluster.local {\n  ttl 7\n }\n}'), undefined)
  t.is((await ask(server, wanted)).answers[0]?.ttl, 7)
  t.is(server.reload('. {\n kubernetes cluster.local {\n  tll 9\n }\n}')?.line, 3)
  t.is((await ask(server, wanted)).answers[0]?.ttl, 7)
  t.is(
    lines.at(-2),
    "[ERROR] Restart failed: plugin/kubernetes: Corefile:3 - Error during parsing: unknown property 'tll'",
  )
})

test('the NS record of the zone names the Service that leads to the server, or the server itself', async t => {
  const corefile = '. {\n kubernetes cluster.local {\n  ttl 30\n }\n}'
  const behind = testServer({corefile, ownAddresses: ['172.17.12.2']})
  t.is(
    printAnswer(await ask(behind, {name: 'cluster.local.', type: 'NS'})),
    'cluster.local. 30 IN NS kubia.default.svc.cluster.local.\n+ kubia.default.svc.cluster.local. 30 IN A 10.96.77.7',
  )
  const alone = testServer({corefile, ownAddresses: ['192.0.2.53']})
  t.is(
    printAnswer(await ask(alone, {name: 'cluster.local.', type: 'NS'})),
    'cluster.local. 30 IN NS ns.dns.cluster.local.\n+ ns.dns.cluster.local. 30 IN A 192.0.2.53',
  )
  t.is(
    printAnswer(await ask(alone, {name: 'ns.dns.cluster.local.', type: 'A'})),
    'ns.dns.cluster.local. 30 IN A 192.0.2.53',
  )
})
