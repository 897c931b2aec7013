import {contains, isHost, networkOf} from '../../net/cidr.ts'
import {familyOf, type Ip} from '../../net/ip.ts'
import {linkOfSysctl, sysctlPath} from '../observe/sysctls.ts'
import type {FdbEntry, LinkAddress, Neighbour, Route} from '../state.ts'
import {type FakeNetns, linkNamed, Refusal} from './world.ts'

export function addAddress(here: FakeNetns, added: LinkAddress): FakeNetns {
  linkNamed(here, added.link)
  if (here.addresses.some(address => isSame(address, added))) return here
  return {...here, addresses: [...here.addresses, added]}
}

/**
 * The primary address of a network takes its secondaries along, which IPv6 does not have; without any address of IPv4 a link has no
 * routes and no neighbours of that family.
 */
export function deleteAddress(here: FakeNetns, deleted: LinkAddress): FakeNetns {
  if (!here.addresses.some(address => isSame(address, deleted))) return here
  const family = here.addresses.filter(address => isSameNetwork(address, deleted))
  const isPrimary = familyOf(deleted.address) === 'IPv4' && family[0] !== undefined && isSame(family[0], deleted)
  const goes = (address: LinkAddress) => (isPrimary ? isSameNetwork(address, deleted) : isSame(address, deleted))
  const addresses = here.addresses.filter(address => !goes(address))
  const isLike = ({link, address}: LinkAddress) => link === deleted.link && familyOf(address) === 'IPv4'
  if (familyOf(deleted.address) === 'IPv6' || addresses.some(isLike)) return {...here, addresses}
  const stays = (link: string, ip: string) => link !== deleted.link || familyOf(ip) === 'IPv6'
  return {
    ...here,
    addresses,
    routes: here.routes.filter(({link, to}) => stays(link, to)),
    neighbours: here.neighbours.filter(({link, ip}) => stays(link, ip)),
  }
}

export function replaceRoute(here: FakeNetns, route: Route): FakeNetns {
  const {up} = linkNamed(here, route.link)
  if (!up && route.via === undefined) throw new Refusal('Device for nexthop is not up.')
  if (route.via !== undefined && !(up && (route.onlink || isOnLink(here, route.link, route.via))))
    throw new Refusal('Nexthop has invalid gateway.')
  return {...here, routes: [...here.routes.filter(({to}) => to !== route.to), route]}
}

export function deleteRoute(here: FakeNetns, {to, via, link}: Route): FakeNetns {
  const goes = (route: Route) => route.to === to && route.link === link && (via === undefined || route.via === via)
  return {...here, routes: here.routes.filter(route => !goes(route))}
}

export function replaceNeighbour(here: FakeNetns, neighbour: Neighbour): FakeNetns {
  linkNamed(here, neighbour.link)
  return {...here, neighbours: [...deleteNeighbour(here, neighbour).neighbours, neighbour]}
}

export function deleteNeighbour(here: FakeNetns, {link, ip}: Neighbour): FakeNetns {
  return {...here, neighbours: here.neighbours.filter(entry => entry.link !== link || entry.ip !== ip)}
}

export function replaceFdb(here: FakeNetns, entry: FdbEntry): FakeNetns {
  if (linkNamed(here, entry.link).kind.type !== 'vxlan') throw new Refusal('Operation not supported')
  return {...here, fdb: [...deleteFdb(here, entry).fdb, entry]}
}

export function deleteFdb(here: FakeNetns, {link, mac}: FdbEntry): FakeNetns {
  return {...here, fdb: here.fdb.filter(entry => entry.link !== link || entry.mac !== mac)}
}

/** The fake knows every sysctl of the network, and of a link only when it is there. */
export function setSysctl(here: FakeNetns, name: string, value: string): FakeNetns {
  const path = sysctlPath(name)
  const link = linkOfSysctl(name)
  const isThere = link === undefined || ['all', 'default', ...here.links.map(({name}) => name)].includes(link)
  if (!path.startsWith('net/') || !isThere)
    throw new Refusal(`sysctl: cannot stat /proc/sys/${path}: No such file or directory`)
  return {...here, sysctls: {...here.sysctls, [path]: value.trim().replace(/\s+/g, ' ')}}
}

function isSame(a: LinkAddress, b: LinkAddress): boolean {
  return a.link === b.link && a.address === b.address
}

function isSameNetwork(a: LinkAddress, b: LinkAddress): boolean {
  return a.link === b.link && networkOf(a.address) === networkOf(b.address)
}

function isOnLink({addresses, routes}: FakeNetns, link: string, gateway: Ip): boolean {
  const networks = [
    ...addresses.filter(entry => entry.link === link).map(({address}) => networkOf(address)),
    ...routes.filter(route => route.link === link && route.via === undefined).map(({to}) => to),
  ]
  return networks.some(network => !isHost(network) && contains(network, gateway))
}
