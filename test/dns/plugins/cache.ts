import test from 'ava'
import {ask, printAnswer, testServer} from '../_ask.ts'
import {fixtureView} from '../_fixture.ts'
import {otherServer, www} from './_other-server.ts'

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
