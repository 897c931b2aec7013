import type {NetnsState} from '../kernel/state.ts'
import {addressOf, type Cidr, contains, isHost, networkOf, parseCidr, prefixLength} from '../net/cidr.ts'
import {familyOf, type Ip, type IpFamily} from '../net/ip.ts'
import type {Machine} from './world.ts'

/** Where a packet goes next: to the machine itself, or out of a link to a neighbour. */
export type Way = {readonly to: 'itself'; readonly link: 'lo'} | {readonly to: Ip; readonly link: string}

/** The longest prefix wins, as in `ip route get`. Undefined when no route leads there. */
export function routeOf(machine: Machine, destination: Ip): Way | undefined {
  if (isLocal(machine, destination)) return {to: 'itself', link: 'lo'}
  const found = routesOf(machine.state)
    .filter(({net}) => contains(net, destination))
    .toSorted((a, b) => prefixLength(b.net) - prefixLength(a.net))[0]
  return found && {to: found.via ?? destination, link: found.link}
}

/** The address that the machine's own packets have when nobody chose one. */
export function sourceFor(machine: Machine, destination: Ip): Ip | undefined {
  const way = routeOf(machine, destination)
  if (way === undefined) return undefined
  if (way.to === 'itself') return destination
  const family = familyOf(destination)
  const addresses = machine.state.addresses.filter(one => one.link === way.link && familyOf(one.address) === family)
  const near = addresses.find(({address}) => contains(networkOf(address), way.to as Ip)) ?? addresses[0]
  return near ? addressOf(near.address) : localAddresses(machine, family)[0]
}

export function isLocal(machine: Machine, ip: Ip): boolean {
  return isLoopback(ip) || localAddresses(machine).includes(ip)
}

/** All that it has, or those of one family. */
export function localAddresses({state}: Machine, family?: IpFamily): readonly Ip[] {
  const all = state.addresses.map(({address}) => addressOf(address))
  return family === undefined ? all : all.filter(ip => familyOf(ip) === family)
}

/** By which a machine speaks to itself: a whole network of IPv4, one address of IPv6. */
export function isLoopback(ip: Ip): boolean {
  return contains(loopback, ip) || ip === loopbackAddresses.IPv6
}

const loopback = parseCidr('127.0.0.0/8')

export const loopbackAddresses: Readonly<Record<IpFamily, Ip>> = {IPv4: '127.0.0.1' as Ip, IPv6: '::1' as Ip}

type Known = {readonly net: Cidr; readonly via?: Ip; readonly link: string}

/* An address on a link brings the route to its network. */
function routesOf({addresses, routes}: NetnsState): readonly Known[] {
  return [
    ...addresses.filter(({address}) => !isHost(address)).map(({link, address}) => ({net: networkOf(address), link})),
    ...routes.map(({to, via, link}) => ({net: to, link, ...(via !== undefined && {via})})),
  ]
}
