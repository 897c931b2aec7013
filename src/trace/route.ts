import type {NetnsState} from '../kernel/state.ts'
import {addressOf, type Cidr, contains, networkOf, parseCidr, prefixLength} from '../net/cidr.ts'
import type {Ip} from '../net/ip.ts'
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
  const addresses = machine.state.addresses.filter(({link}) => link === way.link)
  const near = addresses.find(({address}) => contains(networkOf(address), way.to as Ip)) ?? addresses[0]
  return near ? addressOf(near.address) : localAddresses(machine)[0]
}

export function isLocal(machine: Machine, ip: Ip): boolean {
  return isLoopback(ip) || localAddresses(machine).includes(ip)
}

export function localAddresses({state}: Machine): readonly Ip[] {
  return state.addresses.map(({address}) => addressOf(address))
}

const loopback = parseCidr('127.0.0.0/8')

export function isLoopback(ip: Ip): boolean {
  return contains(loopback, ip)
}

type Known = {readonly net: Cidr; readonly via?: Ip; readonly link: string}

/* An address on a link brings the route to its network. */
function routesOf({addresses, routes}: NetnsState): readonly Known[] {
  return [
    ...addresses
      .filter(({address}) => prefixLength(address) < 32)
      .map(({link, address}) => ({net: networkOf(address), link})),
    ...routes.map(({to, via, link}) => ({net: to, link, ...(via !== undefined && {via})})),
  ]
}
