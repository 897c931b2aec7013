import test from 'ava'
import {mistakesIn, read} from './_lab.ts'

const dual = 'cluster: {ipFamilies: [IPv4, IPv6]}\n'

test('a lab that does not ask for IPv6 has none', t => {
  const {cluster, nodes, clients} = read('nodes: [a]\nclients: [laptop]')
  t.false('ipv6' in cluster)
  t.deepEqual(Object.keys({...nodes[0], ...clients[0]}).sort(), ['address', 'name', 'podSubnet'])
  t.deepEqual(read('cluster: {ipFamilies: [IPv4]}\nnodes: [a]\nclients: [laptop]').cluster, cluster)
})

test('dual stack gives every machine the same number in IPv6, and every node a /64', t => {
  const {cluster, nodes, clients} = read(`${dual}nodes: [a, {name: b, address: 10.0.20.200}]\nclients: [laptop]`)
  t.deepEqual(cluster.ipv6 as unknown, {
    podNetwork: 'fd00:172:17::/48',
    serviceRange: 'fd00:10:96::/112',
    underlay: 'fd00:10:0:20::/64',
    loadBalancers: 'fd00:10:0:40::/112',
  })
  t.deepEqual(nodes as unknown, [
    {
      name: 'a',
      address: '10.0.20.11',
      podSubnet: '172.17.1.0/24',
      address6: 'fd00:10:0:20::b',
      podSubnet6: 'fd00:172:17:1::/64',
    },
    {
      name: 'b',
      address: '10.0.20.200',
      podSubnet: '172.17.2.0/24',
      address6: 'fd00:10:0:20::c8',
      podSubnet6: 'fd00:172:17:2::/64',
    },
  ])
  t.deepEqual(clients as unknown, [{name: 'laptop', address: '10.0.20.12', address6: 'fd00:10:0:20::c'}])
})

test('networks, addresses and subnets of IPv6 may be chosen, in any of their texts', t => {
  const {cluster, nodes, clients} = read(`cluster:
  ipFamilies: [IPv4, IPv6]
  podNetwork6: 2001:DB8:0::/48
  underlay6: fd01:0:0:0::/64
  loadBalancers6: ''
nodes: [{name: a, address6: 'fd01::0:11', podSubnet6: '2001:db8:0:1::/64'}, b]
clients: [{name: laptop, address6: 'fd01::99'}]`)
  t.deepEqual(cluster.ipv6 as unknown, {
    podNetwork: '2001:db8::/48',
    serviceRange: 'fd00:10:96::/112',
    underlay: 'fd01::/64',
  })
  t.deepEqual(
    nodes.map(({address6, podSubnet6}) => `${address6} ${podSubnet6}`),
    ['fd01::11 2001:db8:0:1::/64', 'fd01::c 2001:db8:0:2::/64'],
  )
  t.is<unknown, string>(clients[0]?.address6, 'fd01::99')
})

const refused = test.macro({
  exec: (t, text: string, ...expected: readonly string[]) => t.deepEqual(mistakesIn(text), expected),
  title: (title = '') => `refused: ${title}`,
})

const families = "expected [IPv4], or [IPv4, IPv6] for dual stack; podlab's clusters have IPv4 first"
test('IPv6 alone', refused, 'cluster: {ipFamilies: [IPv6]}', `1:23 ${families}`)
test('IPv6 first', refused, 'cluster: {ipFamilies: [IPv6, IPv4]}', `1:23 ${families}`)
test('a family twice', refused, 'cluster: {ipFamilies: [IPv4, IPv4]}', `1:23 ${families}`)
test(
  'a family that there is not',
  refused,
  'cluster: {ipFamilies: [IPv5]}',
  '1:24 expected IPv4 or IPv6, not the text "IPv5"',
)
test(
  'a network of IPv6 without the family',
  refused,
  'cluster: {podNetwork6: fd00::/48}',
  '1:24 podNetwork6 is for dual stack, and this cluster has IPv4 only',
)
test(
  'an address of IPv6 without the family',
  refused,
  'nodes: [{name: a, address6: fd00::1}]',
  '1:29 address6 is for dual stack, and this cluster has IPv4 only',
)
test(
  'a network of IPv4 in the place of one of IPv6',
  refused,
  'cluster: {ipFamilies: [IPv4, IPv6], underlay6: 10.0.0.0/8}',
  '1:48 "10.0.0.0" is not an IPv6 address; expected groups of hexadecimal digits, like fd00:10:0:20::4',
)
test(
  'host bits',
  refused,
  'cluster: {ipFamilies: [IPv4, IPv6], underlay6: fd00::1/64}',
  '1:48 "fd00::1/64" has host bits set; the network that it lies in is fd00::/64',
)
test(
  'networks that overlap',
  refused,
  'cluster: {ipFamilies: [IPv4, IPv6], underlay6: "fd00:172:17:5::/64"}',
  '1:48 underlay6 fd00:172:17:5::/64 overlaps podNetwork6 fd00:172:17::/48',
)
test(
  'a pod network without room for a /64 for each node',
  refused,
  'cluster: {ipFamilies: [IPv4, IPv6], podNetwork6: "fd00:172:17::/60"}',
  '1:50 podNetwork6 fd00:172:17::/60 is too small: each node gets a /64 of it',
)
test(
  'a service range that no API server takes',
  refused,
  'cluster: {ipFamilies: [IPv4, IPv6], serviceRange6: "fd00:10:96::/64"}',
  '1:52 serviceRange6 fd00:10:96::/64 cannot be used for Services',
)
test(
  'an underlay with fewer addresses than that of IPv4',
  refused,
  'cluster: {ipFamilies: [IPv4, IPv6], underlay6: "fd01::/125"}\nnodes: [a]',
  '1:48 underlay6 fd01::/125 has fewer addresses than the underlay 10.0.20.0/24',
  "2:9 fd01:: is no host's: it is underlay6's first address",
)
test(
  'an overlay that carries no IPv6',
  refused,
  'cluster: {ipFamilies: [IPv4, IPv6], overlay: udp}',
  "1:46 flannel's udp backend carries no IPv6",
)
test(
  'an address outside',
  refused,
  `${dual}nodes: [{name: a, address6: "fd01::1"}]`,
  '2:29 the address fd01::1 lies outside underlay6 fd00:10:0:20::/64',
)
test(
  "another machine's address",
  refused,
  `${dual}nodes: [a, {name: b, address6: "fd00:10:0:20::b"}]`,
  "2:32 the address fd00:10:0:20::b is a's already",
)
test(
  "a client with a node's address",
  refused,
  `${dual}nodes: [a]\nclients: [{name: b, address6: "fd00:10:0:20::b"}]`,
  "3:31 the address fd00:10:0:20::b is a's already",
)
test(
  'a pod subnet that is no /64',
  refused,
  `${dual}nodes: [{name: a, podSubnet6: "fd00:172:17:1::/80"}]`,
  "2:31 the pod subnet fd00:172:17:1::/80 is no /64, and each node's is",
)
test(
  'a pod subnet outside the pod network',
  refused,
  `${dual}nodes: [{name: a, podSubnet6: "fd00:172:18:1::/64"}]`,
  '2:31 the pod subnet fd00:172:18:1::/64 lies outside podNetwork6 fd00:172:17::/48',
)
test(
  'a pod subnet twice',
  refused,
  `${dual}nodes: [{name: a, podSubnet6: "fd00:172:17:1::/64"}, {name: b, podSubnet6: "fd00:172:17:1::/64"}]`,
  '2:76 the pod subnet fd00:172:17:1::/64 overlaps fd00:172:17:1::/64 of a',
)
test(
  'a node whose agent is outside',
  refused,
  `${dual}nodes: [{name: a, outside: true}]`,
  '2:28 an agent outside knows no IPv6 yet',
)
