import test from 'ava'
import {readDig} from '../../../src/exercise/dig.ts'
import {fails, passes} from './_verdict.ts'

const conf = `search default.svc.cluster.local svc.cluster.local cluster.local
nameserver 10.96.0.10
options ndots:5
`
const address = '10.98.237.175'
const zone: Readonly<Record<string, string>> = {
  'kubia.default.svc.cluster.local. A': `;; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 1\n;; ANSWER SECTION:\nkubia.default.svc.cluster.local. 30 IN A ${address}\n`,
  'kubia.default.svc.cluster.local. AAAA': 'status: NOERROR',
  '_http._tcp.kubia.default.svc.cluster.local. SRV':
    'status: NOERROR\n_http._tcp.kubia.default.svc.cluster.local. 30 IN SRV 0 100 80 kubia.default.svc.cluster.local.\n',
  'two.default.svc.cluster.local. A':
    'status: NOERROR\ntwo.default.svc.cluster.local. 30 IN A 172.17.1.3\ntwo.default.svc.cluster.local. 30 IN A 172.17.1.2\n',
  'ext.default.svc.cluster.local. A':
    'status: NOERROR\next.default.svc.cluster.local. 30 IN CNAME example.com.\nexample.com. 30 IN A 203.0.113.10\n',
  'kubia.other.svc.cluster.local. A': 'status: NOERROR\nkubia.other.svc.cluster.local. 30 IN A 10.98.0.2\n',
  'broken.example. A': 'status: SERVFAIL',
  'secret.example. A': 'status: REFUSED',
}
const silent = ';; communications error to 10.96.0.10#53: timed out\n;; no servers could be reached\n'

/** A world whose DNS server knows that zone; `dead.` is a name that it keeps silent about. */
const world = {
  exec: (_target: string, line: string) => {
    if (line === 'cat /etc/resolv.conf') return conf
    const [name = '', type] = line.split(' ').slice(-2)
    if (name.startsWith('dead.')) return {code: 9, stdout: silent}
    return zone[`${name} ${type}`] ?? 'status: NXDOMAIN'
  },
}

const check = (words: string) => `resolves: {from: pod/client, within: 300ms, ${words}}`
test('found', passes, check('name: kubia'), world)
test('the address', passes, check(`name: kubia, expect: ${address}`), world)
test('another address', fails, check('name: kubia, expect: 10.0.0.1'), world, /^10\.98\.237\.175, after 1 query: /)
test('one query', passes, check('name: kubia, queries: 1'), world)
test('two queries wanted, one needed', fails, check('name: kubia, queries: 2'), world, /after 1 query/)
test('the second domain', passes, check('name: kubia.other, queries: 2'), world)
test(
  'a name with a dot at its end is whole',
  passes,
  check('name: kubia.default.svc.cluster.local., queries: 1'),
  world,
)
test('no such name', passes, check('name: nobody, expect: nxdomain, queries: 4'), world)
test('no such name, and yet it is there', fails, check('name: kubia, expect: nxdomain'), world, /10\.98\.237\.175/)
test('no such record', passes, check('name: kubia.default.svc.cluster.local., type: AAAA, expect: nodata'), world)
test('records in any order', passes, check('name: two, expect: [172.17.1.2, 172.17.1.3]'), world)
test('one record too few', fails, check('name: two, expect: [172.17.1.2]'), world, /172\.17\.1\.3/)
test('behind an alias', passes, check('name: ext, expect: 203.0.113.10'), world)
test(
  'a service record, in any case of letters',
  passes,
  check('name: _http._tcp.kubia, type: SRV, expect: 0 100 80 KUBIA.default.svc.cluster.local'),
  world,
)
test('a server that fails', passes, check('name: broken.example., expect: servfail'), world)
test('a server that refuses', passes, check('name: secret.example., expect: refused'), world)
test('silence', passes, check('name: dead, expect: timeout, queries: 2'), world)
test(
  'silence is no answer',
  fails,
  check('name: dead'),
  world,
  /^gets no answer, after 2 queries: dead\.default\.svc\.cluster\.local\., dead\.$/,
)
test('not, and it is not', passes, check('name: nobody, not: true'), world)
test(
  'without dig nothing can be told',
  fails,
  check('name: kubia, not: true'),
  {
    exec: (_: string, line: string) => (line.startsWith('dig') ? {code: 127} : conf),
  },
  /this machine has no dig/,
)

test('what dig says when nobody answers is no answer', t => {
  t.deepEqual(readDig({stdout: silent}, 'A'), {records: []})
})
