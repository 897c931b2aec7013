import {createSocket} from 'node:dgram'
import {once} from 'node:events'
import test from 'ava'
import type {DnsObject} from '../../src/dns/view.ts'
import {readMessage} from '../../src/dns/wire/read-message.ts'
import type {Message, ResourceRecord} from '../../src/dns/wire/record.ts'
import {writeMessage} from '../../src/dns/wire/write-message.ts'
import {printAnswer, queryBytes, testServer, udpClient, type Wanted} from '../dns/_ask.ts'
import {fixtureObjects, fixtureView} from '../dns/_fixture.ts'
import {eventually} from '../real/_podlab.ts'
import {startCoredns} from './_coredns.ts'
import {objectsApi} from './_objects-api.ts'
import {missing, programNamed} from './_programs.ts'

/* All plugins that change answers, on their way through each other; every question is asked twice, so that the second comes from the cache. */
const corefile = `.:PORT {
  BIND
  errors
  log
  any
  cache 30 {
    denial 100 10
  }
  rewrite name exact web.example.com kubia.default.svc.cluster.local
  rewrite name suffix .corp.example .svc.cluster.local answer auto
  rewrite name regex (.*)-in-(.*)\\.rx\\.example {1}.{2}.svc.cluster.local answer auto
  rewrite name substring sub-sub www.up
  hosts /nonexistent example.net {
    192.0.2.1 a.example.net b.example.net
    fallthrough
  }
  kubernetes cluster.local in-addr.arpa ip6.arpa {
    ENDPOINT
    pods insecure
    fallthrough in-addr.arpa ip6.arpa
    ttl 30
  }
  forward . 127.0.0.1:UPSTREAM
}
`

const names = `www.up.example. WWW.up.example. al.up.example. short.up.example. fail.up.example. refused.up.example. none.up.example.
  gone.up.example. web.example.com. WEB.example.com. kubia.default.corp.example. bare.default.corp.example. kubia-in-default.rx.example.
  bare-in-default.rx.example. sub-sub.example. a.example.net. b.example.net. c.example.net. kubia.default.svc.cluster.local.
  dns-version.cluster.local. missing.default.svc.cluster.local. 4.3.2.1.in-addr.arpa. 1.2.0.192.in-addr.arpa. big.default.svc.cluster.local.`

const questions: readonly Wanted[] = [
  ...names.split(/\s+/).flatMap(name =>
    'A AAAA SRV PTR TXT ANY'.split(' ').flatMap(type => [
      {name, type},
      {name, type},
    ]),
  ),
  ...[0, 512, 700, 1232, 1500, 1700, 4096, 65_535].flatMap(size =>
    ['A', 'SRV'].map(type => ({
      name: 'big.default.svc.cluster.local.',
      type,
      edns: {size, version: 0, dnssec: size === 1232, options: []},
    })),
  ),
]

/** A headless Service with a hundred endpoints: no datagram of 512 bytes holds them. */
const big = [
  {
    ...{apiVersion: 'v1', kind: 'Service', metadata: {name: 'big', namespace: 'default'}},
    spec: {
      type: 'ClusterIP',
      clusterIP: 'None',
      clusterIPs: ['None'],
      ports: [{name: 'http', port: 80, protocol: 'TCP'}],
    },
  },
  {
    ...{apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', addressType: 'IPv4'},
    metadata: {name: 'big-a', namespace: 'default', labels: {'kubernetes.io/service-name': 'big'}},
    endpoints: Array.from({length: 100}, (_, host) => ({
      addresses: [`172.17.9.${host + 1}`],
      conditions: {ready: true},
    })),
    ports: [{name: 'http', port: 8080, protocol: 'TCP'}],
  },
] as readonly DnsObject[]

const soa: ResourceRecord = {
  ...{name: 'up.example.', ttl: 77, type: 'SOA', primary: 'ns.up.example.', mailbox: 'root.up.example.'},
  ...{serial: 1, refresh: 2, retry: 3, expire: 4, minimum: 60},
}

/** What the server beyond answers: an address, an alias, a failure, nothing, or that there is no such name. */
function beyond(bytes: Buffer): Buffer {
  const query = readMessage(bytes)
  const {name = '.', type} = query.question ?? {}
  const said = {...query, response: true, recursionAvailable: true}
  const address: ResourceRecord = {name, ttl: 300, type: 'A', address: '203.0.113.80'}
  switch (name.toLowerCase()) {
    case 'www.up.example.':
      return writeMessage(type === 1 ? {...said, answers: [address]} : {...said, authorities: [soa]})
    case 'al.up.example.': {
      const alias: ResourceRecord = {name, ttl: 20, type: 'CNAME', target: 'www.up.example.'}
      return writeMessage({...said, answers: [alias, {...address, name: alias.target}]})
    }
    case 'short.up.example.':
      return writeMessage({...said, answers: [{...address, ttl: 1}]})
    case 'fail.up.example.':
      return writeMessage({...said, rcode: 2})
    case 'refused.up.example.':
      return writeMessage({...said, rcode: 5})
    case 'none.up.example.':
      return writeMessage(said)
    default:
      return writeMessage({...said, rcode: 3, authorities: [soa]})
  }
}

/** An answer with everything that a client may notice of it. A record of many is counted: which are left out is chance; and a few seconds pass. */
function print(message: Message, length: number): string {
  const {answers, authorities, additionals, authoritative, truncated, recursionAvailable, question, edns} = message
  const few = {...message, answers: answers.slice(0, 20), additionals: additionals.slice(0, 20)}
  const text = answers.length > 20 ? '' : printAnswer(few)
  const counts = `${answers.length} ${authorities.length} ${additionals.length} in ${length} bytes`
  const flags = `aa=${authoritative} tc=${truncated} ra=${recursionAvailable}`
  const said = `${question?.name} ${question?.type}: ${counts}, ${flags}, edns ${edns?.size} ${edns?.dnssec}\n${text}`
  return said.replace(/ (\d+) IN /g, (_, seconds) => ` ${Math.ceil(seconds / 5) * 5} IN `)
}

/** The log's lines without ports and durations, by the questions' numbers: CoreDNS writes a line after the next question has come, at times. */
function lines(text: string): readonly string[] {
  return text
    .split('\n')
    .filter(line => line.startsWith('[INFO] ') && line.includes(' IN ') && !line.includes('- 4711 '))
    .map(line => line.replace(/^\[INFO\] \S+ - /, '').replace(/ \S+$/, ''))
    .toSorted((one, other) => Number.parseInt(one, 10) - Number.parseInt(other, 10))
}

const coredns = programNamed('coredns')

if (coredns === undefined)
  test.skip(`CoreDNS answers and logs through all plugins: ${missing('coredns')}`, () => undefined)
else
  test(`CoreDNS answers and logs ${questions.length} questions through all plugins as podlab does`, async t => {
    const api = await objectsApi([...fixtureObjects(), ...big])
    const upstream = createSocket('udp4')
    upstream.bind(0, '127.0.0.1')
    await once(upstream, 'listening')
    upstream.on('message', (bytes, {port, address}) => upstream.send(beyond(bytes), port, address))
    const view = fixtureView()
    for (const object of big) view.tell({type: 'ADDED', object})
    const log: string[] = []
    const ours = testServer({
      corefile: corefile.replace('PORT', '53').replace('BIND', '').replace('ENDPOINT', '').replace('UPSTREAM', '53'),
      view,
      exchange: async ({bytes}) => beyond(bytes),
      log: line => log.push(line),
    })
    t.teardown(() => {
      ours.close()
      api.close()
      upstream.close()
    })
    const theirs = await startCoredns(
      t,
      coredns,
      corefile
        .replace('BIND', 'bind 127.0.0.1')
        .replace('ENDPOINT', `endpoint ${api.url}`)
        .replace('UPSTREAM', `${upstream.address().port}`),
    )
    const [found, expected]: [string[], string[]] = [[], []]
    for (const [id, question] of questions.entries()) {
      const bytes = queryBytes(question, id)
      for (const [list, answer] of [
        [found, await ours.answer(bytes, udpClient, 53)],
        [expected, await theirs.ask(bytes)],
      ] as const)
        list.push(answer ? print(readMessage(answer), answer.length) : 'nothing')
    }
    t.deepEqual(found, expected)
    t.is(lines(log.join('\n')).length, questions.length)
    await eventually('CoreDNS has logged them all', () => lines(theirs.said()).length >= questions.length)
    t.deepEqual(lines(log.join('\n')), lines(theirs.said()))
  })
