import {ipSetChangeFrom} from '../kernel/ipset/change.ts'
import type {IpvsTable, VirtualServer} from '../kernel/ipvs/table.ts'
import type {Kernel} from '../kernel/kernel.ts'
import type {NetnsState} from '../kernel/state.ts'
import {serversIn} from './leaving-servers.ts'
import {ofProxy} from './own-state.ts'
import type {PacketPlan} from './plan.ts'

type What = {readonly plans: readonly PacketPlan[]; readonly state: NetnsState}

/**
 * Whether a hand has taken something away that was written for ip_vs, or has put something there: virtual servers, real servers, entries of sets, addresses of
 * kube-ipvs0. The weight that a hand gives a real server stays, as with the real kube-proxy. Nobody is asked in a mode that has no virtual servers.
 */
export async function haveServersChanged(kernel: Kernel, netns: string, {plans, state}: What): Promise<boolean> {
  const wanted = serversIn(plans)
  if (wanted === undefined) return false
  if (!isSame((await kernel.observeServers(netns)).table, wanted.table)) return true
  const sets = await kernel.observeSets(netns)
  if (plans.some(plan => plan.backend === 'ipset' && ipSetChangeFrom(sets, undefined, plan) !== undefined)) return true
  const [seen, own] = [ofProxy(await kernel.observe(netns)), ofProxy(state)].map(addressesOf)
  return seen !== own
}

function isSame(seen: IpvsTable, wanted: IpvsTable): boolean {
  const keys = Object.keys(wanted)
  return keys.length === Object.keys(seen).length && keys.every(key => wordsOf(seen[key]) === wordsOf(wanted[key]))
}

function wordsOf(server: VirtualServer | undefined): string | undefined {
  return server && [server.scheduler, server.persistSeconds, server.flags, ...Object.keys(server.servers).sort()].join()
}

function addressesOf({addresses}: NetnsState): string {
  return addresses
    .map(({link, address}) => `${link} ${address}`)
    .sort()
    .join()
}
