import {contains, networkOf, prefixLength} from '../../net/cidr.ts'
import type {Ip} from '../../net/ip.ts'
import {linkOfSysctl, sysctlPath} from '../observe/sysctls.ts'
import type {FdbEntry, LinkAddress, Neighbour, Route} from '../state.ts'
import {type FakeNetns, linkNamed, Refusal} from './world.ts'

export function addAddress(here: FakeNetns, added: LinkAddress): FakeNetns {
  linkNamed(here, added.link)
  if (here.addresses.some(address => isSame(address, added))) return here
  return {...here, addresses: [...here.addresses, added]}
}

/** The primary address of a network takes its secondaries along; without any address a link has no routes and no neighbours. */
export function deleteAddress(here: FakeNetns, deleted: LinkAddress): FakeNetns {
  if (!here.addresses.some(address => isSame(address, deleted))) return here
  const family = here.addresses.filter(address => isSameNetwork(address, deleted))
  const isPrimary = family[0] !== undefined && isSame(family[0], deleted)
  const goes = (address: LinkAddress) => (isPrimary ? isSameNetwork(address, deleted) : isSame(address, deleted))
  const addresses = here.addresses.filter(address => !goes(address))
  if (addresses.some(({link}) => link === deleted.link)) return {...here, addresses}
  const elsewhere = ({link}: {readonly link: string}) => link !== deleted.link
  return {...here, addresses, routes: here.routes.filter(elsewhere), neighbours: here.neighbours.filter(elsewhere)}
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
  return networks.some(network => prefixLength(network) < 32 && contains(network, gateway))
}
