import type {NftTable} from '../../src/kernel/nftables/table.ts'
import {parseIptablesSave} from '../../src/kernel/rules/iptables.ts'
import {emptyNetns, type Link, type NetnsState} from '../../src/kernel/state.ts'
import {type Cidr, parseAnyCidr} from '../../src/net/cidr.ts'
import {parseAnyIp} from '../../src/net/ip6.ts'
import {iptablesFilters} from '../../src/trace/iptables/iptables.ts'
import {nftFilters} from '../../src/trace/nftables/nftables.ts'
import type {Outcome} from '../../src/trace/outcome.ts'
import {trace} from '../../src/trace/trace.ts'
import type {Filter, Machine} from '../../src/trace/world.ts'

/*
 * What the tracer knows of the two families of addresses, a machine or two at a time.
 *
 *   client 10.1.0.2 fd01::2 ── middle 10.1.0.1 fd01::1, 10.2.0.1 fd02::1 ── server 10.2.0.2 fd02::2
 */
export const veth = (name: string, netns: string): Link => ({
  ...{name, kind: {type: 'veth', peer: {netns}}, up: true, mtu: 1500},
})
export const at = (link: string, ...addresses: readonly string[]) =>
  addresses.map(address => ({link, address: parseAnyCidr(address)}))
export const via = (link: string, ...gateways: readonly string[]) =>
  gateways.map(ip => ({to: (ip.includes(':') ? '::/0' : '0.0.0.0/0') as Cidr, via: parseAnyIp(ip), link}))
export const machine = (name: string, state: Partial<NetnsState>, more: Partial<Machine> = {}): Machine => ({
  ...{name, filters: [], sockets: [{protocol: 'tcp', port: 80}], state: {...emptyNetns, ...state}},
  ...more,
})
export const forwards = {'net.ipv4.ip_forward': '1', 'net.ipv6.conf.all.forwarding': '1'}

export function chain({
  middle = {},
  sysctls = forwards,
}: {
  readonly middle?: Partial<Machine>
  readonly sysctls?: NetnsState['sysctls']
} = {}) {
  const all = [
    machine('client', {
      links: [veth('eth0', 'middle')],
      addresses: at('eth0', '10.1.0.2/24', 'fd01::2/64'),
      routes: via('eth0', '10.1.0.1', 'fd01::1'),
    }),
    machine(
      'middle',
      {
        links: [veth('near', 'client'), veth('far', 'server')],
        addresses: [...at('near', '10.1.0.1/24', 'fd01::1/64'), ...at('far', '10.2.0.1/24', 'fd02::1/64')],
        sysctls,
      },
      middle,
    ),
    machine('server', {
      links: [veth('eth0', 'middle')],
      addresses: at('eth0', '10.2.0.2/24', 'fd02::2/64'),
      routes: via('eth0', '10.2.0.1', 'fd02::1'),
    }),
  ]
  return new Map(all.map(one => [one.name, one]))
}

export const told = (outcomes: readonly Outcome[]) =>
  outcomes
    .map(one => {
      if (one.outcome === 'delivered') return `${one.at} ${one.to.ip} from ${one.source}`
      return one.outcome === 'rejected' ? `${one.outcome} ${one.with}` : one.outcome
    })
    .join(', ')
export const called = (world: ReadonlyMap<string, Machine>, ip: string, from = 'client') =>
  told(trace(world, {from, protocol: 'tcp', destination: parseAnyIp(ip), port: 80}))

const save = (...rules: readonly string[]) =>
  `*nat\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n${rules.filter(rule => rule.startsWith('-t nat')).map(rule => `${rule.slice(7)}\n`)}COMMIT\n` +
  `*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n${rules.filter(rule => !rule.startsWith('-t nat')).map(rule => `${rule}\n`)}COMMIT\n`
export const iptables = (...rules: readonly string[]) => iptablesFilters(parseIptablesSave(save(...rules)))
export const ip6tables = (...rules: readonly string[]) => iptablesFilters(parseIptablesSave(save(...rules), 'IPv6'))
export const table = (rules: readonly string[], more: Partial<NftTable> = {}): NftTable => ({
  ...{sets: {}, maps: {}},
  chains: {
    forward: {base: {type: 'filter', hook: 'forward', priority: 0}, rules},
    refuse: {rules: ['reject']},
  },
  ...more,
})
export const nft = (family: string, ...rules: readonly string[]) => nftFilters(`${family} test`, table(rules))
export const passed = (filters: readonly Filter[], more: Partial<Machine> = {}) => {
  const world = chain({middle: {filters, ...more}})
  return [called(world, '10.2.0.2'), called(world, 'fd02::2')]
}
export const four = 'server 10.2.0.2 from 10.1.0.2'
export const six = 'server fd02::2 from fd01::2'
