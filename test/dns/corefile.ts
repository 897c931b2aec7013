import test from 'ava'
import {CorefileError} from '../../src/dns/corefile/corefile-error.ts'
import {durationOf} from '../../src/dns/corefile/duration.ts'
import {parseCorefile} from '../../src/dns/corefile/parse.ts'
import {readKey} from '../../src/dns/corefile/zones.ts'

const files: Readonly<Record<string, string>> = {
  '/etc/resolv.conf': '# by hand\nnameserver 203.0.113.10\nnameserver 2001:db8::10\nsearch example.com\n',
  '/etc/empty': '\n',
}

function parse(text: string) {
  return parseCorefile(text, {readFile: path => files[path], environment: {DOMAIN: 'example.org'}})
}

const bad = test.macro({
  exec: (t, text: string, line: number, message: string) => {
    const error = t.throws(() => parse(text), {instanceOf: CorefileError})
    t.is(error?.message, message)
    t.is(error?.line, line)
  },
  title: (_, text: string) => `refused: ${text.replaceAll('\n', '↵')}`,
})

const parsing = (line: number, what: string) => `Corefile:${line} - Error during parsing: ${what}`
const plugin = (name: string, line: number, what: string) => `plugin/${name}: ${parsing(line, what)}`

test(bad, '', 1, parsing(1, 'the Corefile has no server block'))
test(bad, '.:53 {\n  errors\n  kubernets cluster.local\n}', 3, parsing(3, "Unknown directive 'kubernets'"))
test(
  bad,
  '.:53 {\n  route53 example.org.:Z1\n}',
  2,
  parsing(
    2,
    "the plugin 'route53' is not supported by podlab's DNS, which has any, autopath, cache, errors, forward, health, hosts, kubernetes, loadbalance, log, loop, prometheus, ready, reload, rewrite",
  ),
)
test(bad, '.:53 {\n  errors\n', 2, parsing(2, 'Unexpected EOF: the brace opened in line 1 is not closed'))
test(bad, '.:53 {\n  errors\n}\n}', 4, parsing(4, "Unexpected '}' because no matching opening brace"))
test(
  bad,
  '.:53 { errors }',
  1,
  parsing(1, "Unexpected '}' because no matching opening brace: it stands on a line of its own"),
)
test(
  bad,
  '.:53 {\n  health { lameduck 5s }\n}',
  2,
  parsing(2, "Wrong argument count or unexpected line ending after '}'"),
)
test(
  bad,
  '.:53 {\n errors\n}\nexample.org .:53 {\n errors\n}',
  4,
  'Corefile:4 - cannot serve dns://.:53 - it is already defined',
)
test(
  bad,
  'tls://. {\n errors\n}',
  1,
  parsing(1, "tls:// is not supported by podlab's DNS: it speaks plain DNS (dns://)"),
)
test(bad, '.:99999 {\n errors\n}', 1, parsing(1, 'port 99999 of ".:99999" is not between 1 and 65535'))
test(bad, 'a..b {\n errors\n}', 1, parsing(1, 'zone is not a valid domain name: a..b'))
test(bad, 'a,\n{\n errors\n}', 2, parsing(2, "Expected another address but had '{' - check for extra comma"))
test(
  bad,
  '. {\n import nothing\n}',
  2,
  parsing(2, "no snippet (nothing) stands above; podlab's DNS imports snippets, and no files"),
)
test(bad, '(a) {\n errors\n}\n(a) {\n log\n}', 4, parsing(4, 'redeclaration of previously declared snippet a'))
test(bad, '. {\n kubernetes in-addr.arpa\n}', 2, plugin('kubernetes', 2, 'non-reverse zone name must be used'))
test(bad, '. {\n kubernetes cluster.local {\n  ttls 5\n }\n}', 3, plugin('kubernetes', 3, "unknown property 'ttls'"))
test(
  bad,
  '. {\n kubernetes cluster.local {\n  ttl 4000\n }\n}',
  3,
  plugin('kubernetes', 3, 'ttl must be in range [0, 3600]: 4000'),
)
test(
  bad,
  '. {\n kubernetes cluster.local {\n  ttl soon\n }\n}',
  3,
  plugin('kubernetes', 3, 'ttl is "soon", which is no number'),
)
test(
  bad,
  '. {\n kubernetes cluster.local {\n  pods maybe\n }\n}',
  3,
  plugin('kubernetes', 3, 'wrong value for pods: maybe,  must be one of: disabled, verified, insecure'),
)
test(
  bad,
  '. {\n kubernetes cluster.local {\n  pods\n }\n}',
  3,
  plugin('kubernetes', 3, "Wrong argument count or unexpected line ending after 'pods'"),
)
test(
  bad,
  '. {\n kubernetes cluster.local {\n  endpoint http://10.0.0.1\n }\n}',
  3,
  plugin(
    'kubernetes',
    3,
    "'endpoint' is not supported: podlab's DNS sees the lab's own objects, and no other API server",
  ),
)
test(
  bad,
  '. {\n kubernetes cluster.local\n kubernetes other.local\n}',
  3,
  plugin('kubernetes', 3, 'this plugin can only be used once per Server Block'),
)
test(bad, '. {\n forward .\n}', 2, plugin('forward', 2, "Wrong argument count or unexpected line ending after '.'"))
test(bad, '. {\n forward . nowhere\n}', 2, plugin('forward', 2, 'not an IP address or file: "nowhere"'))
test(bad, '. {\n forward . /etc/empty\n}', 2, plugin('forward', 2, 'no nameservers found in /etc/empty'))
test(
  bad,
  '. {\n forward . tls://9.9.9.9\n}',
  2,
  plugin('forward', 2, "'tls' is not supported as a destination protocol in forward: tls://9.9.9.9"),
)
test(bad, '. {\n forward . 9.9.9.9 {\n  policy first\n }\n}', 3, plugin('forward', 3, "unknown policy 'first'"))
test(
  bad,
  '. {\n forward . 9.9.9.9 {\n  max_concurrent many\n }\n}',
  3,
  plugin('forward', 3, 'max_concurrent is "many", which is no number'),
)
test(bad, '. {\n cache 0\n}', 2, plugin('cache', 2, 'cache TTL can not be zero or negative: 0'))
test(
  bad,
  '. {\n cache {\n  disable all\n }\n}',
  3,
  plugin('cache', 3, 'cache type for disable must be "success" or "denial"'),
)
test(
  bad,
  '. {\n cache {\n  prefetch 10\n }\n}',
  3,
  plugin('cache', 3, "'prefetch' is not supported by podlab's DNS; leave the line out"),
)
test(bad, '. {\n reload 1s\n}', 2, plugin('reload', 2, 'interval value must be greater or equal to 2s'))
test(
  bad,
  '. {\n reload soon\n}',
  2,
  plugin('reload', 2, 'time: invalid duration "soon"; expected one like 30s or 500ms'),
)
test(bad, '. {\n prometheus 9153\n}', 2, plugin('prometheus', 2, 'address 9153: missing port in address'))
test(bad, '. {\n loadbalance fairly\n}', 2, plugin('loadbalance', 2, 'unknown policy: fairly'))
test(bad, '. {\n rewrite name a\n}', 2, plugin('rewrite', 2, 'too few arguments for a name rule'))
test(bad, '. {\n rewrite name regex ( b\n}', 2, plugin('rewrite', 2, 'invalid regex pattern in a rewrite rule: ('))
test(
  bad,
  '. {\n rewrite ttl exact a. 5\n}',
  2,
  plugin('rewrite', 2, "rewrite of 'ttl' is not supported by podlab's DNS: it rewrites names and types"),
)
test(bad, '. {\n rewrite nome a b\n}', 2, plugin('rewrite', 2, 'invalid rule type "nome"'))
test(bad, '. {\n log . {\n  class some\n }\n}', 3, plugin('log', 3, 'invalid Class: some'))
test(bad, '. {\n errors file\n}', 2, plugin('errors', 2, 'invalid log file: file'))
test(bad, '. {\n hosts {\n  ttl 0\n }\n}', 3, plugin('hosts', 3, 'ttl must be in range [1, 65535]: 0'))
test(bad, '. {\n autopath @hosts\n}', 2, plugin('autopath', 2, 'hosts does not implement the AutoPather interface'))

test("kubeadm's Corefile is read", t => {
  const {blocks, ports} = parse(`.:53 {
    errors
    health {
       lameduck 5s
    }
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
       ttl 30
    }
    prometheus :9153
    forward . /etc/resolv.conf {
       max_concurrent 1000
    }
    cache 30 {
       disable success cluster.local
       disable denial cluster.local
    }
    loop
    reload
    loadbalance
}
`)
  t.deepEqual(ports, [53])
  t.deepEqual(blocks[0]?.zones, ['.'])
  t.deepEqual(
    blocks[0]?.plugins.map(({name}) => name),
    ['reload', 'ready', 'health', 'prometheus', 'errors', 'loadbalance', 'cache', 'kubernetes', 'loop', 'forward'],
    'in the order in which a query meets them',
  )
  t.is(blocks[0]?.plugins.find(({name}) => name === 'health')?.configured.lameduck, 5000)
})

test('several zones, ports, snippets, comments, quotes and variables are understood', t => {
  const {blocks, ports} = parse(`
(common) { # what every block has
  errors
  log
}
example.net:5353, {$DOMAIN} {
  import common
  hosts "/etc/my hosts" { # in quotes
    192.0.2.1 a.example.org
  }
}
10.1.0.0/15 2001:db8::/32 { import common
}`)
  t.deepEqual(
    blocks.map(({port, zones}) => `${port} ${zones.join(' ')}`),
    ['5353 example.net.', '53 example.org.', '53 0.10.in-addr.arpa. 1.10.in-addr.arpa. 8.b.d.0.1.0.0.2.ip6.arpa.'],
  )
  t.deepEqual(ports, [5353, 53])
  t.deepEqual(
    blocks[2]?.plugins.map(({name}) => name),
    ['errors', 'log'],
  )
})

test('a key says zones and a port', t => {
  t.deepEqual(readKey('.'), {zones: ['.'], port: 53})
  t.deepEqual(readKey(':1053'), {zones: ['.'], port: 1053})
  t.deepEqual(readKey('dns://Example.ORG'), {zones: ['example.org.'], port: 53})
  t.deepEqual(readKey('10.0.0.0/24:5353'), {zones: ['0.0.10.in-addr.arpa.'], port: 5353})
  t.deepEqual(readKey('10.0.0.64/26'), {
    zones: Array.from({length: 64}, (_, host) => `${64 + host}.0.0.10.in-addr.arpa.`),
    port: 53,
  })
})

test('durations are read as Go reads them', t => {
  const rows: readonly (readonly [string, number | undefined])[] = [
    ['30s', 30_000],
    ['1m30s', 90_000],
    ['500ms', 500],
    ['1.5h', 5_400_000],
    ['0', 0],
    ['30', undefined],
    ['s', undefined],
    ['-5s', undefined],
  ]
  for (const [text, expected] of rows) t.is(durationOf(text), expected, text)
})
