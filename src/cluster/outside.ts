import {emptyNetns, type Link, type NetnsState} from '../kernel/state.ts'
import type {InternetHost} from '../lab/lab.ts'
import {cidrOf, parseCidr} from '../net/cidr.ts'
import type {Ip} from '../net/ip.ts'
import {parseMac} from '../net/mac.ts'
import type {ContainerSpec} from '../node/runtime/container.ts'

/**
 * A lab's internet: one namespace that has the addresses of all its hosts, behind the router of the underlay. The addresses are kept for
 * documentation, so nobody's are taken, and no packet leaves the lab. The hosts know the router, and by it the underlay; of
 * the pod network they know nothing, as the real ones do not.
 */
export const internetNetns = 'lab.internet'

/** The MAC address at which the router finds all hosts, and that of its own end. */
export const internetMac = parseMac('02:42:69:6e:65:74')
const routerMac = parseMac('02:42:72:74:65:72')

/** The router's port to the internet. */
export const internetPort: Link = {
  name: 'internet0',
  kind: {type: 'veth', peer: {netns: internetNetns, name: 'eth0', mac: internetMac, mtu: 1500}},
  up: true,
  mtu: 1500,
  mac: routerMac,
}

/** What the internet's namespace holds; the router's port to it is in the namespace `behind`. */
export function internetPlan(
  hosts: readonly InternetHost[],
  {router, behind}: {readonly router: Ip; readonly behind: string},
): NetnsState {
  const link = 'eth0'
  return {
    ...emptyNetns,
    links: [
      {name: 'lo', kind: {type: 'loopback'}, up: true, mtu: 65536},
      {
        name: link,
        kind: {type: 'veth', peer: {netns: behind, name: internetPort.name}},
        up: true,
        mtu: internetPort.mtu,
        mac: internetMac,
      },
    ],
    addresses: hosts.map(({address}) => ({link, address: cidrOf(address, 32)})),
    routes: [{to: parseCidr('0.0.0.0/0'), via: router, link, onlink: true}],
    neighbours: [{link, ip: router, mac: routerMac}],
  }
}

/** The server that answers for the hosts; `pausePid` owns their namespace. */
export function internetServer(hosts: readonly InternetHost[], pausePid: number): ContainerSpec {
  return {
    id: `${internetNetns}/server`,
    pausePid,
    root: 'busybox',
    files: {},
    argv: ['internet', JSON.stringify(Object.fromEntries(hosts.map(({address, answer}) => [address, answer ?? ''])))],
    environment: {HOSTNAME: 'internet'},
    workingDirectory: '/',
    played: 'internet',
  }
}
