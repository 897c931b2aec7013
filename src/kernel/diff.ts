import {familyOf} from '../net/ip.ts'
import {diffAddresses} from './diff/addresses.ts'
import {diffLinks} from './diff/links.ts'
import {diffRoutes} from './diff/routes.ts'
import {missing, surplus} from './diff/sets.ts'
import {linkOfSysctl} from './observe/sysctls.ts'
import type {Op} from './op.ts'
import type {FdbEntry, LinkAddress, Neighbour, NetnsState} from './state.ts'

/**
 * The ops that turn one namespace into another: what is not wanted goes, what is missing comes, what is right is not touched.
 * Only three things are left alone when the wanted state is silent about them: loopback, links of kinds that podlab does not
 * make, and sysctls.
 *
 * Linux takes much away by itself: with a link go its addresses, routes and entries, and a veth's other end; a link that is set
 * down loses its routes, its neighbours and its addresses of IPv6, one that gets another MAC its neighbours, one that loses its last address both. The diff
 * counts on it. It deletes nothing that surely goes anyhow, and puts back what is wanted and may have gone along.
 */
export function diff(observed: NetnsState, wanted: NetnsState): readonly Op[] {
  const links = diffLinks(observed.links, wanted.links)
  const onLinks = <T extends {readonly link: string}>(entries: readonly T[]) =>
    entries.filter(({link}) => !links.gone.has(link))
  const isUp = ({link}: {readonly link: string}) => !links.downed.has(link)
  const stays = (one: LinkAddress) => isUp(one) || familyOf(one.address) === 'IPv4'
  const addresses = diffAddresses(onLinks(observed.addresses).filter(stays), wanted.addresses)
  const isRouted = ({link}: {readonly link: string}) => !addresses.bare.has(link)
  const isKnown = ({link}: {readonly link: string}) => isRouted({link}) && !links.readdressed.has(link)
  const routes = diffRoutes(onLinks(observed.routes).filter(isUp), {wanted: wanted.routes, survives: isRouted})
  const neighbours = diffNeighbours(onLinks(observed.neighbours).filter(isUp), {
    wanted: wanted.neighbours,
    survives: isKnown,
  })
  return [
    ...[...neighbours.remove, ...routes.remove, ...addresses.remove, ...links.remove],
    ...[...links.prepare, ...links.add, ...links.settle],
    ...[...addresses.add, ...routes.add, ...neighbours.add],
    ...diffFdb(onLinks(observed.fdb), wanted.fdb),
    ...diffSysctls(observed.sysctls, wanted.sysctls, links.gone),
  ]
}

/**
 * The ops that lead from one plan to the next. It is `diff`, with a plan in the place of the observation: what somebody changed
 * by hand, and both plans agree on, stays as that hand left it.
 */
export function changes(previous: NetnsState, next: NetnsState): readonly Op[] {
  return diff(previous, next)
}

function diffNeighbours(
  observed: readonly Neighbour[],
  {wanted, survives}: {wanted: readonly Neighbour[]; survives: (neighbour: Neighbour) => boolean},
): {remove: Op[]; add: Op[]} {
  const place = ({link, ip}: Neighbour) => `${link} ${ip}`
  const text = ({link, ip, mac}: Neighbour) => `${link} ${ip} ${mac}`
  return {
    remove: surplus(observed, wanted, place).map(neighbour => ({op: 'deleteNeighbour', neighbour})),
    add: missing(observed.filter(survives), wanted, text).map(neighbour => ({op: 'replaceNeighbour', neighbour})),
  }
}

/** Deletions stand beside the additions, so that one `bridge -batch` takes both. */
function diffFdb(observed: readonly FdbEntry[], wanted: readonly FdbEntry[]): Op[] {
  const place = ({link, mac}: FdbEntry) => `${link} ${mac}`
  const text = ({link, mac, remote}: FdbEntry) => `${link} ${mac} ${remote}`
  return [
    ...surplus(observed, wanted, place).map((entry): Op => ({op: 'deleteFdb', entry})),
    ...missing(observed, wanted, text).map((entry): Op => ({op: 'replaceFdb', entry})),
  ]
}

/** The settings of one link (`net.ipv4.conf.LINK...`) go with it, and a new one begins with the defaults. */
function diffSysctls(observed: NetnsState['sysctls'], wanted: NetnsState['sysctls'], gone: ReadonlySet<string>): Op[] {
  const isKept = (name: string) => !gone.has(linkOfSysctl(name) ?? '')
  const words = (value: string) => value.trim().split(/\s+/).join(' ')
  return Object.entries(wanted)
    .filter(([name, value]) => !isKept(name) || words(observed[name] ?? '') !== words(value))
    .map(([name, value]) => ({op: 'setSysctl', name, value}))
}
