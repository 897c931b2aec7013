import test from 'ava'
import {queriesOf} from '../../../../src/cluster/story/dns/queries.ts'
import type {Sighting} from '../../../../src/cluster/story/dns/sightings.ts'
import {type Lookup, tellLookup} from '../../../../src/cluster/story/dns/tell.ts'
import {readResolvConf} from '../../../../src/node/pods/resolv-conf.ts'

const client = {ip: '172.17.12.2', port: 40000}
const kubeDns = {ip: '10.96.0.10', port: 53}
const pod = {ip: '172.17.13.254', port: 53}
const upstream = {ip: '10.0.20.254', port: 53}

type Step = [
  at: number,
  place: string,
  direction: 'in' | 'out',
  from: Sighting['from'],
  to: Sighting['to'],
  id: number,
  name: string,
  code?: string,
  ...answers: string[],
]

function sightings(...steps: readonly Step[]): readonly Sighting[] {
  return steps.map(([at, place, direction, from, to, id, name, code, ...answers]) => ({
    ...{at, place, direction, from, to},
    message: {
      layer: 'dns',
      id,
      question: {name, type: 'A'},
      ...(code !== undefined && {response: {code, answers}}),
    },
  }))
}

/* What a capture of a look-up through kube-proxy holds: the pod sees its own address, the client that of the Service. */
function answered(at: number, id: number, name: string, code: string, ...answers: string[]): Step[] {
  return [
    [at, 'client', 'out', client, kubeDns, id, name],
    [at + 0.25, 'coredns-1', 'in', client, pod, id, name],
    [at + 0.5, 'coredns-1', 'out', pod, client, id, name, code, ...answers],
    [at + 0.75, 'client', 'in', kubeDns, client, id, name, code, ...answers],
  ]
}

const base: Omit<Lookup, 'queries' | 'name' | 'said'> = {
  ...{client: 'client', node: 'node1', command: 'getent ahosts x', code: 0, tookMs: 4, service: '10.96.0.10'},
  hosts: ['localhost', 'client'],
  resolver: readResolvConf('search default.svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n'),
  servers: new Map([['coredns-1', {ip: '172.17.13.254', node: 'master', rules: 'KUBE-SVC-A, KUBE-SEP-B'}]]),
}

test('each search domain is a query, and the first name that is there ends it', t => {
  const queries = queriesOf(
    'client',
    sightings(
      ...answered(0, 1, 'kubia.other.default.svc.cluster.local.', 'NXDOMAIN'),
      ...answered(1, 2, 'kubia.other.cluster.local.', 'NOERROR', '10.98.0.2'),
    ),
  )
  t.is(
    tellLookup({...base, name: 'kubia.other', said: ['10.98.0.2'], queries}),
    `client looks kubia.other up: getent ahosts x
  Its /etc/resolv.conf says: ask 10.96.0.10; search default.svc.cluster.local cluster.local; ndots:5.
  kubia.other has 1 dot, fewer than 5: the search domains are tried first, one after the other, the name as it is last.

  +0.0 ms  kubia.other.default.svc.cluster.local. A? (with search domain 1, default.svc.cluster.local)
      kube-proxy on node1 leads 10.96.0.10 to coredns-1 (KUBE-SVC-A, KUBE-SEP-B); there after 0.3 ms, at 172.17.13.254 on master.
      Answer after 0.8 ms: there is no such name (NXDOMAIN).
  +1.0 ms  kubia.other.cluster.local. A? (with search domain 2, cluster.local)
      kube-proxy on node1 leads 10.96.0.10 to coredns-1 (KUBE-SVC-A, KUBE-SEP-B); there after 0.3 ms, at 172.17.13.254 on master.
      Answer after 0.8 ms: 10.98.0.2.

kubia.other is 10.98.0.2: 2 queries, 4.0 ms.
`,
  )
})

test('a query that no pod sees, sent again, has no answer', t => {
  const name = 'kubia.default.svc.cluster.local.'
  const queries = queriesOf(
    'client',
    sightings([0, 'client', 'out', client, kubeDns, 1, name], [5000, 'client', 'out', client, kubeDns, 1, name]),
  )
  const text = tellLookup({...base, name: 'kubia', said: [], code: 2, queries})
  t.regex(text, /default\.svc\.cluster\.local, sent 2 times\)/)
  t.regex(text, /It asks kube-dns at 10\.96\.0\.10; the query came to none of its pods\.\n {6}No answer came\./)
  t.regex(text, /kubia was not found: 1 query, 4\.0 ms, 1 without an answer\./)
})

test('what the server asks elsewhere is told', t => {
  const name = 'example.com.'
  const queries = queriesOf(
    'client',
    sightings(
      [0, 'client', 'out', client, kubeDns, 1, name],
      [0.1, 'coredns-1', 'in', client, pod, 1, name],
      [0.2, 'coredns-1', 'out', {...pod, port: 5555}, upstream, 77, name],
      [0.3, 'coredns-1', 'in', upstream, {...pod, port: 5555}, 77, name, 'NOERROR', '203.0.113.10'],
      [0.4, 'coredns-1', 'out', pod, client, 1, name, 'NOERROR', '203.0.113.10'],
      [0.5, 'client', 'in', kubeDns, client, 1, name, 'NOERROR', '203.0.113.10'],
    ),
  )
  t.is(queries.length, 1)
  t.regex(
    tellLookup({...base, name: 'example.com', said: ['203.0.113.10'], queries}),
    /it asks 10\.0\.20\.254, which says 203\.0\.113\.10\./,
  )
})

test('another server than kube-dns is named as such', t => {
  const wrong = {ip: '10.0.20.99', port: 53}
  const queries = queriesOf('client', sightings([0, 'client', 'out', client, wrong, 1, 'kubia.']))
  t.regex(
    tellLookup({...base, name: 'kubia', said: [], code: 2, queries}),
    /It asks 10\.0\.20\.99, which is not kube-dns\./,
  )
})

test('an answer to another question is no answer', t => {
  const [query] = queriesOf(
    'client',
    sightings(
      [0, 'client', 'out', client, kubeDns, 1, 'a.'],
      [1, 'client', 'in', kubeDns, client, 1, 'b.', 'NOERROR', '10.0.0.1'],
      [1, 'client', 'in', kubeDns, client, 2, 'a.', 'NOERROR', '10.0.0.1'],
    ),
  )
  t.is(query?.answer, undefined)
})

test('of an address and of a name in /etc/hosts it says why nobody was asked', t => {
  const told = (name: string) => tellLookup({...base, name, said: ['172.17.12.2'], queries: []}).split('\n')[2]
  t.is(told('10.98.237.175'), '  10.98.237.175 is an address: nobody has to be asked for it.')
  t.is(told('::1'), '  ::1 is an address: nobody has to be asked for it.')
  t.is(told('Client'), '  Client stands in its /etc/hosts, which comes before all servers: nobody was asked.')
  t.is(told('a'.repeat(64)), '  It sent no query by UDP.')
})

test('without a ready DNS pod it says so', t => {
  const queries = queriesOf('client', sightings([0, 'client', 'out', client, kubeDns, 1, 'kubia.']))
  t.regex(
    tellLookup({...base, servers: new Map(), name: 'kubia', said: [], code: 2, queries}),
    /It asks kube-dns at 10\.96\.0\.10; none of its pods is ready, so that kube-proxy leads the query nowhere\./,
  )
})

test('a search domain with a dot at its end is one of them', t => {
  const queries = queriesOf('client', sightings(...answered(0, 1, 'db.foo.bar.', 'NXDOMAIN')))
  const resolver = readResolvConf('search foo.bar.\nnameserver 10.96.0.10\n')
  t.regex(tellLookup({...base, resolver, name: 'db', said: [], code: 2, queries}), /with search domain 1, foo\.bar\.\)/)
})
