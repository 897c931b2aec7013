import test from 'ava'
import {parseIp} from '../../../src/net/ip.ts'
import {parseIp6} from '../../../src/net/ip6.ts'
import {dnsWarnings, hostnameOf, podFiles} from '../../../src/node/pods/files.ts'
import type {PodSpec} from '../../../src/objects/pod.ts'
import {podOf, serviceRange} from '../_fakes.ts'

const filesOf = (spec: Partial<PodSpec> = {}) =>
  podFiles(podOf('kubia-7rt2n', spec), {
    ip: parseIp('172.17.13.2'),
    serviceRange,
    nodeFile: path => `# the node's ${path}\n`,
  })

test('a pod finds localhost and itself in /etc/hosts', t => {
  t.is(
    filesOf()['/etc/hosts'],
    `# Kubernetes-managed hosts file.
127.0.0.1	localhost
::1	localhost ip6-localhost ip6-loopback
fe00::0	ip6-localnet
fe00::0	ip6-mcastprefix
fe00::1	ip6-allnodes
fe00::2	ip6-allrouters
172.17.13.2	kubia-7rt2n
`,
  )
})

test('a pod of a dual-stack cluster finds itself under both addresses', t => {
  const ips = {ip: parseIp('172.17.13.2'), ip6: parseIp6('fd00:172:17:d::2')}
  const hosts = podFiles(podOf('kubia-7rt2n'), {...ips, serviceRange, nodeFile: () => ''})['/etc/hosts'] ?? ''
  t.deepEqual(hosts.trimEnd().split('\n').slice(-2), ['172.17.13.2\tkubia-7rt2n', 'fd00:172:17:d::2\tkubia-7rt2n'])
})

test('a pod with a subdomain finds its qualified name there, too', t => {
  const hosts = filesOf({hostname: 'db-0', subdomain: 'db'})['/etc/hosts'] ?? ''
  t.is(hosts.trimEnd().split('\n').at(-1), '172.17.13.2\tdb-0.db.default.svc.cluster.local\tdb-0')
})

test('a pod asks the cluster DNS, the tenth address of the service range', t => {
  t.is(
    filesOf()['/etc/resolv.conf'],
    'search default.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n',
  )
  t.is(filesOf({dnsPolicy: 'ClusterFirst'})['/etc/resolv.conf'], filesOf()['/etc/resolv.conf'])
})

test('a pod that does not ask the cluster DNS asks whom its node asks', t => {
  t.is(filesOf({dnsPolicy: 'Default'})['/etc/resolv.conf'], "# the node's /etc/resolv.conf\n")
})

test('dnsConfig adds servers and zones to what the policy gives, and replaces options', t => {
  const dnsConfig = {
    nameservers: ['1.1.1.1'],
    searches: ['example.com'],
    options: [{name: 'ndots', value: '2'}, {name: 'edns0'}],
  }
  t.is(
    filesOf({dnsConfig})['/etc/resolv.conf'],
    'search default.svc.cluster.local svc.cluster.local cluster.local example.com\nnameserver 10.96.0.10\nnameserver 1.1.1.1\noptions ndots:2 edns0\n',
  )
  t.is(
    filesOf({dnsPolicy: 'None', dnsConfig})['/etc/resolv.conf'],
    'search example.com\nnameserver 1.1.1.1\noptions ndots:2 edns0\n',
  )
})

test('host aliases are lines at the end of /etc/hosts', t => {
  const hosts = filesOf({hostAliases: [{ip: '10.1.2.3', hostnames: ['foo.remote', 'bar.remote']}]})['/etc/hosts'] ?? ''
  t.true(hosts.endsWith('\n# Entries added by HostAliases.\n10.1.2.3\tfoo.remote\tbar.remote\n'))
})

const inNode: Partial<PodSpec> = {hostNetwork: true, nodeName: 'node1'}

test("a pod in its node's network has the node's name and files", t => {
  t.deepEqual(filesOf(inNode), {
    '/etc/hostname': 'node1\n',
    '/etc/hosts': "# Kubernetes-managed hosts file (host network).\n# the node's /etc/hosts\n",
    '/etc/resolv.conf': "# the node's /etc/resolv.conf\n",
  })
})

test("a pod in its node's network asks the cluster DNS when it says so", t => {
  t.is(filesOf({...inNode, dnsPolicy: 'ClusterFirstWithHostNet'})['/etc/resolv.conf'], filesOf()['/etc/resolv.conf'])
})

test("a pod's hostname is in /etc/hostname", t => {
  t.is(filesOf()['/etc/hostname'], 'kubia-7rt2n\n')
})

const hostname = test.macro({
  exec: (t, name: string, expected: string) => t.is(hostnameOf(podOf(name)), expected),
  title: (_, name: string, expected: string) =>
    `a pod called ${name.slice(0, 12)}... (${name.length} characters) is host ${expected.slice(0, 12)}... (${expected.length})`,
})

test(hostname, 'web', 'web')
test(hostname, 'a'.repeat(63), 'a'.repeat(63))
test(hostname, 'a'.repeat(64), 'a'.repeat(63))
test(hostname, `${'a'.repeat(60)}-.-b`, 'a'.repeat(60))

test('spec.hostname comes before the name', t => {
  t.is(hostnameOf(podOf('web', {hostname: 'front'})), 'front')
})

/** The /etc/resolv.conf of a pod whose node has a server and a domain of its own. */
const resolves = test.macro({
  exec: (t, spec: Partial<PodSpec>, expected: string) => {
    const nodeFile = () => '# by hand\nnameserver 10.0.0.2\nsearch corp.example\noptions timeout:1\n'
    const files = podFiles(podOf('web', spec), {ip: parseIp('172.17.13.2'), serviceRange, nodeFile})
    t.is(files['/etc/resolv.conf'], expected)
  },
  title: (_, spec) => `the /etc/resolv.conf of ${JSON.stringify(spec)}`,
})

const cluster = 'default.svc.cluster.local svc.cluster.local cluster.local'
const ofCluster = `search ${cluster} corp.example\nnameserver 10.96.0.10\noptions ndots:5\n`
const ofNode = 'search corp.example\nnameserver 10.0.0.2\noptions timeout:1\n'
test(resolves, {}, ofCluster)
test(resolves, {dnsPolicy: 'ClusterFirst'}, ofCluster)
test(resolves, {dnsPolicy: 'ClusterFirst', hostNetwork: true}, ofNode)
test(resolves, {dnsPolicy: 'ClusterFirstWithHostNet', hostNetwork: true}, ofCluster)
test(resolves, {dnsPolicy: 'Default'}, ofNode)
test(resolves, {dnsPolicy: 'None', dnsConfig: {nameservers: ['9.9.9.9']}}, 'nameserver 9.9.9.9\n')
test(
  resolves,
  {dnsPolicy: 'Default', dnsConfig: {searches: ['my.example'], options: [{name: 'timeout', value: '9'}]}},
  'search corp.example my.example\nnameserver 10.0.0.2\noptions timeout:9\n',
)
test(
  resolves,
  {dnsConfig: {nameservers: ['1.1.1.1', '2.2.2.2', '3.3.3.3']}},
  `search ${cluster} corp.example\nnameserver 10.96.0.10\nnameserver 1.1.1.1\nnameserver 2.2.2.2\noptions ndots:5\n`,
)

test('a pod that asks for too much of DNS is told what it gets', t => {
  const dnsConfig = {nameservers: ['1.1.1.1', '2.2.2.2', '3.3.3.3']}
  t.deepEqual(dnsWarnings(podOf('web', {dnsConfig}), {serviceRange, nodeFile: () => ''}), [
    'Nameserver limits were exceeded, some nameservers have been omitted, the applied nameserver line is: 10.96.0.10 1.1.1.1 2.2.2.2',
  ])
})

test('a pod that wants its domain in its name has it, if it has a subdomain', t => {
  t.is(hostnameOf(podOf('web', {setHostnameAsFQDN: true, subdomain: 'db'})), 'web.db.default.svc.cluster.local')
  t.is(hostnameOf(podOf('web', {setHostnameAsFQDN: true})), 'web')
  const hosts = filesOf({hostname: 'a', subdomain: 'db', setHostnameAsFQDN: true})['/etc/hosts'] ?? ''
  t.is(hosts.trimEnd().split('\n').at(-1), '172.17.13.2\ta.db.default.svc.cluster.local\ta')
  const long = podOf('a-rather-long-name-of-a-pod', {setHostnameAsFQDN: true, subdomain: 'and-a-subdomain'})
  t.throws(() => hostnameOf(long), {
    message:
      'Failed to construct FQDN from pod hostname and cluster domain, FQDN a-rather-long-name-of-a-pod.and-a-subdomain.default.svc.cluster.local is too long (64 characters is the max, 69 characters requested)',
  })
})
