import test from 'ava'
import type {NftTable} from '../../src/kernel/nftables/table.ts'
import type {Link, NetnsState} from '../../src/kernel/state.ts'
import {parseAnyCidr} from '../../src/net/cidr.ts'
import {parseAnyIp} from '../../src/net/ip6.ts'
import {parseMac} from '../../src/net/mac.ts'
import {nftFilters} from '../../src/trace/nftables/nftables.ts'
import {sourceFor} from '../../src/trace/route.ts'
import {trace} from '../../src/trace/trace.ts'
import {TraceError} from '../../src/trace/trace-error.ts'
import type {Filter} from '../../src/trace/world.ts'
import {
  at,
  called,
  chain,
  forwards,
  four,
  ip6tables,
  iptables,
  machine,
  nft,
  passed,
  six,
  table,
  told,
  veth,
  via,
} from './_families.ts'

test('a packet of either family finds its way, with an address of its family', t => {
  t.deepEqual(passed([]), [four, six])
})

test('rules of iptables are asked of packets of IPv4 only, those of ip6tables of the others', t => {
  t.deepEqual(passed(iptables('-A FORWARD -j DROP')), ['dropped', six])
  t.deepEqual(passed(ip6tables('-A FORWARD -j DROP')), [four, 'dropped'])
})

test('a table of nftables is of one family, or with inet of both; others are refused', t => {
  t.deepEqual(passed(nft('ip', 'drop')), ['dropped', six])
  t.deepEqual(passed(nft('ip6', 'drop')), [four, 'dropped'])
  t.deepEqual(passed(nft('inet', 'drop')), ['dropped', 'dropped'])
  t.throws(() => nft('bridge', 'drop'), {instanceOf: TraceError, message: /bridge/})
})

test('a condition on a header that the packet has not does not hold, negated or not', t => {
  t.deepEqual(passed(nft('inet', 'ip daddr 10.2.0.2 drop')), ['dropped', six])
  t.deepEqual(passed(nft('inet', 'ip daddr != 10.9.9.9 drop')), ['dropped', six])
  t.deepEqual(passed(nft('inet', 'ip6 daddr fd02::2 drop')), [four, 'dropped'])
  t.deepEqual(passed(nft('inet', 'ip6 saddr != fd09::9 drop')), [four, 'dropped'])
  t.deepEqual(passed(nft('inet', 'udp dport != 53 drop')), [four, six])
  t.deepEqual(passed(nft('inet', 'ip6 daddr . meta l4proto . th dport vmap { fd02::2 . tcp . 80 : drop }')), [
    four,
    'dropped',
  ])
})

test('networks of IPv6 are looked into, alone and in sets', t => {
  t.deepEqual(passed(nft('ip6', 'ip6 saddr fd01::/64 drop')), [four, 'dropped'])
  t.deepEqual(passed(nft('ip6', 'ip6 saddr != { fd01::/64, fd03::9 } drop')), [four, six])
  t.deepEqual(passed(nft('ip6', 'ip6 saddr fd01::2 drop')), [four, 'dropped'])
  t.deepEqual(passed(ip6tables('-A FORWARD -s fd01::/64 -j DROP')), [four, 'dropped'])
  t.deepEqual(passed(ip6tables('-A FORWARD -s fd01::/32 -d fd02::2/128 -j DROP')), [four, 'dropped'])
  t.deepEqual(passed(ip6tables('-A FORWARD -s fd01::3/128 -j DROP')), [four, six])
  const wide: NftTable['sets'] = {wide: {type: 'ipv6_addr', flags: 'interval', elements: ['fd00::/8']}}
  t.deepEqual(passed(nftFilters('ip6 test', table(['ip6 saddr @wide drop'], {sets: wide}))), [four, 'dropped'])
})

test('sets of ipset hold networks of IPv6, too', t => {
  const filters = ip6tables('-A FORWARD -m set --match-set those dst,dst,src -j DROP')
  const among = (entry: string) => passed(filters, {sets: {those: {type: 'hash:ip,port,net', entries: [entry]}}})[1]
  t.is(among('fd02::2,tcp:80,fd01::/64'), 'dropped')
  t.is(among('fd02::2,tcp:80,fd01::2'), 'dropped')
  t.is(among('fd02::2,tcp:80,fd03::/64'), six)
})

test('each family refuses by an ICMP of its own, and only its own packets', t => {
  const [by4, by6] = ['rejected icmp-port-unreachable', 'rejected icmp6-port-unreachable']
  t.deepEqual(passed(nft('inet', 'reject')), [by4, by6])
  t.deepEqual(passed(nft('inet', 'reject with icmpx port-unreachable')), [by4, by6])
  t.deepEqual(passed(nft('inet', 'reject with icmpv6 port-unreachable')), [four, by6])
  t.deepEqual(passed(nft('inet', 'reject with icmp port-unreachable')), [by4, six])
  t.deepEqual(passed(nft('ip6', 'goto refuse')), [four, by6])
})

test('DNAT leads to an address of IPv6 with its port in brackets, and never to one of the other family', t => {
  const natted = (to: string) =>
    passed(ip6tables(`-t nat -A PREROUTING -d fd02::9/128 -p tcp -j DNAT --to-destination ${to}`))
  const world = (to: string) =>
    chain({middle: {filters: ip6tables(`-t nat -A PREROUTING -d fd02::9/128 -p tcp -j DNAT --to-destination ${to}`)}})
  t.deepEqual(natted('[fd02::2]:80'), [four, six])
  t.is(called(world('[fd02::2]:80'), 'fd02::9'), six)
  t.is(called(world('fd02::2'), 'fd02::9'), six)
  t.throws(() => called(world('10.2.0.2:80'), 'fd02::9'), {instanceOf: TraceError, message: /another family/})
  t.throws(() => called(world('[fd02::2'), 'fd02::9'), {instanceOf: TraceError, message: /expected an address/})
})

test('nftables write down who called by IPv6, and lead there', t => {
  const rules = ['ip6 daddr fd02::9 update @seen { ip6 saddr } dnat to [fd02::2]:80']
  const nat: NftTable = {
    sets: {seen: {type: 'ipv6_addr', flags: 'dynamic,timeout', elements: []}},
    maps: {},
    chains: {pre: {base: {type: 'nat', hook: 'prerouting', priority: -100}, rules}},
  }
  const world = chain({middle: {filters: nftFilters('ip6 test', nat)}})
  const outcomes = trace(world, {from: 'client', protocol: 'tcp', destination: parseAnyIp('fd02::9'), port: 80})
  t.is(told(outcomes), six)
  t.deepEqual(outcomes[0]?.notes, [{machine: 'middle', list: 'seen', ip: parseAnyIp('fd01::2')}])
})

test('REDIRECT leads to an address of the link in the family of the packet, of its own to ::1', t => {
  const redirect = ip6tables('-t nat -A PREROUTING -p tcp -j REDIRECT --to-ports 80')
  t.is(called(chain({middle: {filters: redirect}}), 'fd02::2'), 'middle fd01::1 from fd01::2')
  const own = ip6tables('-t nat -A OUTPUT -p tcp -j REDIRECT --to-ports 80')
  t.is(called(chain({middle: {filters: own}}), 'fd02::2', 'middle'), 'middle ::1 from fd02::1')
})

test('MASQUERADE gives an address of the link in the family of the packet', t => {
  const hides = [
    ...iptables('-t nat -A POSTROUTING -j MASQUERADE'),
    ...ip6tables('-t nat -A POSTROUTING -j MASQUERADE'),
  ]
  t.deepEqual(passed(hides), ['server 10.2.0.2 from 10.2.0.1', 'server fd02::2 from fd02::1'])
})

test('each family is forwarded by a setting of its own', t => {
  const both = (sysctls: NetnsState['sysctls']) => [
    called(chain({sysctls}), '10.2.0.2'),
    called(chain({sysctls}), 'fd02::2'),
  ]
  t.deepEqual(both({'net.ipv4.ip_forward': '1'}), [four, 'dropped'])
  t.deepEqual(both({'net.ipv6.conf.all.forwarding': '1'}), ['dropped', six])
})

/* Two pods at a bridge of a node. */
const bridged = (sysctls: NetnsState['sysctls'], filters: readonly Filter[]) => {
  const pod = (name: string, last: number) =>
    machine(name, {
      links: [veth('eth0', 'node')],
      addresses: at('eth0', `10.3.0.${last}/24`, `fd03::${last}/64`),
    })
  const node = machine(
    'node',
    {
      links: [
        {name: 'docker0', kind: {type: 'bridge'}, up: true, mtu: 1500},
        ...['a', 'b'].map(name => ({...veth(`v${name}`, name), master: 'docker0'})),
      ],
      addresses: at('docker0', '10.3.0.1/24', 'fd03::1/64'),
      sysctls,
    },
    {filters},
  )
  return new Map([pod('a', 2), pod('b', 3), node].map(one => [one.name, one]))
}

test('what a bridge carries meets the rules of each family by a setting of its own', t => {
  const drop = [...iptables('-A FORWARD -j DROP'), ...ip6tables('-A FORWARD -j DROP')]
  const both = (setting: string) => {
    const world = bridged({[`net.bridge.${setting}`]: '1'}, drop)
    return [called(world, '10.3.0.3', 'a'), called(world, 'fd03::3', 'a')]
  }
  t.deepEqual(both('bridge-nf-call-iptables'), ['dropped', 'b fd03::3 from fd03::2'])
  t.deepEqual(both('bridge-nf-call-ip6tables'), ['b 10.3.0.3 from 10.3.0.2', 'dropped'])
})

test('an address alone on a link brings no route to others, of whatever family', t => {
  const one = machine('one', {links: [veth('eth0', 'two')], addresses: at('eth0', '10.4.0.1/32', 'fd04::1/128')})
  const two = machine('two', {links: [veth('eth0', 'one')], addresses: at('eth0', '10.4.0.1/32', 'fd04::1/128')})
  const world = new Map([one, two].map(each => [each.name, each]))
  t.is(called(world, '10.4.0.2', 'one'), 'unreachable')
  t.is(called(world, 'fd04::2', 'one'), 'unreachable')
})

test('a machine without an address of the family takes none of the other', t => {
  const one = machine('one', {
    links: [veth('eth0', 'two'), veth('eth1', 'two')],
    addresses: at('eth0', '10.5.0.1/24'),
    routes: via('eth1', 'fd05::1'),
  })
  t.is(sourceFor(one, parseAnyIp('fd06::1')), undefined)
  t.is(sourceFor(one, parseAnyIp('10.5.0.9')), parseAnyIp('10.5.0.1'))
})

test('a packet with ends of two families is refused', t => {
  const [source, destination] = [parseAnyIp('10.1.0.2'), parseAnyIp('fd02::2')]
  t.throws(() => trace(chain(), {from: 'client', protocol: 'tcp', source, destination, port: 80}), {
    instanceOf: TraceError,
    message: /families/,
  })
})

test('::1 is the machine itself, and never leaves it', t => {
  t.is(called(chain(), '::1'), 'client ::1 from ::1')
  const away = ip6tables('-t nat -A OUTPUT -d ::1/128 -p tcp -j DNAT --to-destination [fd02::2]:80')
  t.is(called(chain({middle: {filters: away}}), '::1', 'middle'), 'dropped')
})

test('a packet of its own that comes back from elsewhere a machine drops with IPv4 only', t => {
  const back = (name: string, ...ips: readonly string[]) =>
    machine(name, {
      links: [veth('eth0', name === 'one' ? 'two' : 'one')],
      addresses: at('eth0', ...ips),
      routes: via('eth0', ...(name === 'one' ? ['10.6.0.2', 'fd06::2'] : ['10.6.0.1', 'fd06::1'])),
      sysctls: forwards,
    })
  const here = back('one', '10.6.0.1/24', 'fd06::1/64')
  const world = new Map([
    ['one', {...here, filters: ip6tables('-A FORWARD -j REJECT --reject-with icmp6-port-unreachable')}],
    ['two', back('two', '10.6.0.2/24', 'fd06::2/64')],
  ])
  t.is(called(world, '10.7.0.1', 'one'), 'dropped')
  t.is(called(world, 'fd07::1', 'one'), 'rejected icmp6-port-unreachable')
})

test('of two tunnels between nodes a packet comes out of that of its family', t => {
  const [macOne, macTwo] = ['02:00:00:00:00:01', '02:00:00:00:00:02'].map(parseMac)
  if (macOne === undefined || macTwo === undefined) return t.fail()
  const node = (name: string, own: number, other: number) =>
    machine(name, {
      links: ['10.8.0.', 'fd08::'].map((underlay, index): Link => {
        const local = parseAnyIp(`${underlay}${own}`)
        return {
          ...{name: ['flannel.1', 'flannel-v6.1'][index] ?? '', up: true, mtu: 1450},
          kind: {type: 'vxlan', vni: 1, port: 8472, local, device: 'eth0'},
        }
      }),
      addresses: [
        ...at('eth0', `10.8.0.${own}/24`, `fd08::${own}/64`),
        ...at('flannel.1', `10.9.${own}.0/32`),
        ...at('flannel-v6.1', `fd09:${own}::/128`),
      ],
      routes: [
        {to: parseAnyCidr(`10.9.${other}.0/24`), via: parseAnyIp(`10.9.${other}.0`), link: 'flannel.1', onlink: true},
        {
          to: parseAnyCidr(`fd09:${other}::/64`),
          via: parseAnyIp(`fd09:${other}::`),
          link: 'flannel-v6.1',
          onlink: true,
        },
      ],
      neighbours: [
        {link: 'flannel.1', ip: parseAnyIp(`10.9.${other}.0`), mac: macTwo},
        {link: 'flannel-v6.1', ip: parseAnyIp(`fd09:${other}::`), mac: macTwo},
      ],
      fdb: [
        {link: 'flannel.1', mac: macTwo, remote: parseAnyIp(`10.8.0.${other}`)},
        {link: 'flannel-v6.1', mac: macTwo, remote: parseAnyIp(`fd08::${other}`)},
      ],
    })
  const here = node('there', 2, 1)
  const closed = [...iptables('-A INPUT ! -i flannel.1 -j DROP'), ...ip6tables('-A INPUT ! -i flannel-v6.1 -j DROP')]
  const world = new Map([node('here', 1, 2), {...here, filters: closed}].map(one => [one.name, one]))
  t.is(called(world, '10.9.2.0', 'here'), 'there 10.9.2.0 from 10.9.1.0')
  t.is(called(world, 'fd09:2::', 'here'), 'there fd09:2:: from fd09:1::')
})
