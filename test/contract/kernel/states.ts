import fc from 'fast-check'
import type {Link, LinkAddress, NetnsState, Route} from '../../../src/kernel/state.ts'
import {type Cidr, parseCidr, parseNetwork} from '../../../src/net/cidr.ts'
import {parseIp} from '../../../src/net/ip.ts'
import {parseMac} from '../../../src/net/mac.ts'

/**
 * Any state of a namespace `here` that Linux can be in, with veth pairs into `there`. Six names are shared by all kinds of link, so
 * that from one state to the next a bridge becomes a vxlan, and a pair that lay in one namespace spans two.
 */
export function anyState({here, there}: {here: string; there: string}): fc.Arbitrary<NetnsState> {
  return fc
    .tuple(fc.tuple(...slots.map(slot => anyLink(slot, there))), fc.option(anyPair(here)), fc.option(fc.boolean()))
    .map(([links, pair, loopback]) => [
      ...links.filter(link => link !== null),
      ...(pair ?? []),
      ...(loopback === null ? [] : [{name: 'lo', kind: {type: 'loopback'}, up: loopback, mtu: 65536} as const]),
    ])
    .chain(links => withPorts(links))
    .map(withVxlansOnDevices)
    .chain(withEntries)
}

const slots = [0, 1, 2, 3]
const mtus = [1400, 1450, 1500]
const macs = ['02:42:00:00:00:01', '02:42:00:00:00:02', '02:42:00:00:00:03'].map(parseMac)

function anyLink(slot: number, there: string): fc.Arbitrary<Link | null> {
  const settings = anySettings()
  const bridge = settings.map((set): Link => ({name: `n${slot}`, kind: {type: 'bridge'}, ...set}))
  const veth = fc.tuple(settings, fc.constantFrom('p', 'q')).map(
    ([set, end]): Link => ({
      name: `n${slot}`,
      kind: {type: 'veth', peer: {netns: there, name: `${end}${slot}`}},
      ...set,
    }),
  )
  const vxlan = fc.tuple(settings, fc.constantFrom(10, 20)).map(
    ([set, vni]): Link => ({
      ...{name: `n${slot}`, ...set},
      kind: {type: 'vxlan', vni: vni + slot, port: 8472, local: parseIp('10.0.20.4'), device: ''},
    }),
  )
  return fc.oneof(fc.constant(null), bridge, veth, vxlan)
}

function anyPair(here: string): fc.Arbitrary<Link[]> {
  const end = (name: string, peer: string) =>
    anySettings().map((set): Link => ({name, kind: {type: 'veth', peer: {netns: here, name: peer}}, ...set}))
  return fc.tuple(end('n4', 'n5'), end('n5', 'n4'))
}

function anySettings() {
  return fc.record(
    {up: fc.boolean(), mtu: fc.constantFrom(...mtus), mac: fc.constantFrom(...macs)},
    {requiredKeys: ['up', 'mtu']},
  )
}

/** Some veths become ports of some bridges; not n5, for both ends of a pair in bridges make a loop, and a storm in it. */
function withPorts(links: readonly Link[]): fc.Arbitrary<Link[]> {
  const bridges = links.filter(({kind}) => kind.type === 'bridge').map(({name}) => name)
  const port = fc.record({master: fc.constantFrom(...bridges, undefined), hairpin: fc.boolean()})
  return fc.array(port, {minLength: links.length, maxLength: links.length}).map(ports =>
    links.map((link, index) => {
      const {master, hairpin} = ports[index] ?? {}
      return link.kind.type === 'veth' && link.name !== 'n5' && master !== undefined
        ? {...link, master, hairpin: hairpin === true}
        : link
    }),
  )
}

/** A vxlan lies on a device that can carry it; where there is none, it is left out. */
function withVxlansOnDevices(links: readonly Link[]): Link[] {
  const devices = links.filter(({kind}) => kind.type === 'veth' || kind.type === 'bridge')
  return links.flatMap((link, index) => {
    if (link.kind.type !== 'vxlan') return [link]
    const device = devices[index % devices.length]
    if (device === undefined) return []
    return [{...link, mtu: Math.min(link.mtu, device.mtu - 50), kind: {...link.kind, device: device.name}}]
  })
}

function withEntries(links: readonly Link[]): fc.Arbitrary<NetnsState> {
  const names = links.map(({name}) => name)
  const up = links.filter(link => link.up).map(({name}) => name)
  const vxlans = links.filter(({kind}) => kind.type === 'vxlan').map(({name}) => name)
  return anyAddresses(names).chain(addresses =>
    fc.record({
      links: shuffled(links),
      addresses: fc.constant(addresses),
      routes: anyRoutes(up, addresses),
      neighbours: some(
        up.filter(name => name !== 'lo'),
        link =>
          fc.record({
            link: fc.constant(link),
            ip: fc.constantFrom(...['10.9.9.1', '10.9.9.2'].map(parseIp)),
            mac: anyMac,
          }),
      ).map(entries => distinct(entries, ({link, ip}) => `${link} ${ip}`)),
      fdb: some(vxlans, link =>
        fc.record({link: fc.constant(link), mac: anyMac, remote: fc.constantFrom(...remotes)}),
      ).map(entries => distinct(entries, ({link, mac}) => `${link} ${mac}`)),
      sysctls: anySysctls(names),
    }),
  )
}

const anyMac = fc.constantFrom(...macs)
const remotes = ['10.0.20.11', '10.0.20.12'].map(parseIp)

/** Up to three addresses a link, some of them in one network: a primary and its secondaries. */
function anyAddresses(links: readonly string[]): fc.Arbitrary<LinkAddress[]> {
  return some(links, link => {
    const slot = link === 'lo' ? 9 : Number(link.slice(1))
    const texts = [1, 2, 3].flatMap(host => [
      `10.${slot}.1.${host}/24`,
      `10.${slot}.2.${host}/24`,
      `10.${slot}.3.${host}/32`,
    ])
    return fc.record({link: fc.constant(link), address: fc.constantFrom(...texts.map(parseCidr))})
  }).map(addresses => distinct(addresses, ({link, address}) => `${link} ${address}`))
}

const destinations: Cidr[] = ['0.0.0.0/0', '192.168.1.0/24', '192.168.2.0/24', '192.168.0.0/16', '192.168.9.9/32'].map(
  parseNetwork,
)

/**
 * Routes on links, to gateways in their networks, and `onlink` to gateways in none. In a namespace without any address Linux
 * refuses every gateway.
 */
function anyRoutes(up: readonly string[], addresses: readonly LinkAddress[]): fc.Arbitrary<Route[]> {
  const gateways = addresses
    .filter(({link, address}) => up.includes(link) && link !== 'lo' && address.endsWith('/24'))
    .map(({link, address}) => ({link, via: parseIp(address.replace(/\d+\/24$/, '77'))}))
  const isAddressed = addresses.some(({link}) => up.includes(link)) || up.includes('lo')
  const ways = [
    ...up.map(link => ({link})),
    ...gateways,
    ...(isAddressed ? up.filter(link => link !== 'lo') : []).map(link => ({
      link,
      via: parseIp('10.99.0.1'),
      onlink: true,
    })),
  ]
  if (ways.length === 0) return fc.constant([])
  return fc
    .array(fc.record({to: fc.constantFrom(...destinations), way: fc.constantFrom(...ways)}), {maxLength: 5})
    .map(routes =>
      distinct(
        routes.map(({to, way}) => ({to, ...way})),
        ({to}) => to,
      ),
    )
}

/** The sysctls that states speak of; one of them goes with its link. */
export const sysctlNames = ['net.ipv4.ip_forward', 'net.ipv4.ip_local_port_range', 'net.ipv4.conf.n0.route_localnet']

function anySysctls(links: readonly string[]): fc.Arbitrary<Record<string, string>> {
  const values = {
    'net.ipv4.ip_forward': fc.constantFrom('0', '1'),
    'net.ipv4.ip_local_port_range': fc.constantFrom('32768 60999', '20000\t30000'),
    ...(links.includes('n0') && {'net.ipv4.conf.n0.route_localnet': fc.constantFrom('0', '1')}),
  }
  return fc.record(values, {requiredKeys: []})
}

function some<T>(links: readonly string[], entry: (link: string) => fc.Arbitrary<T>): fc.Arbitrary<T[]> {
  if (links.length === 0) return fc.constant([])
  return fc.array(fc.constantFrom(...links).chain(entry), {maxLength: 8})
}

function shuffled<T>(entries: readonly T[]): fc.Arbitrary<T[]> {
  return fc.shuffledSubarray([...entries], {minLength: entries.length, maxLength: entries.length})
}

function distinct<T>(entries: readonly T[], key: (entry: T) => string): T[] {
  return [...new Map(entries.map(entry => [key(entry), entry])).values()]
}
