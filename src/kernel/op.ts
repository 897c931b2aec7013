import type {Flows} from './conntrack/flows.ts'
import type {IpSetChange} from './ipset/set.ts'
import type {IpvsChange} from './ipvs/table.ts'
import type {NftChange} from './nftables/table.ts'
import type {RulesChange} from './ruleset.ts'
import type {FdbEntry, Link, LinkAddress, Neighbour, Route} from './state.ts'

/**
 * One change to one network namespace. Each has replace semantics: applying it twice changes nothing more. Deleting what is gone
 * is no failure. `addLink` makes the link with all its settings but `hairpin`, which wants a port, and a tun with none: it is born
 * down, with an MTU of 1500. A link of the same kind that exists already gets the settings.
 */
export type Op =
  | {readonly op: 'addLink'; readonly link: Link}
  | {readonly op: 'deleteLink'; readonly name: string}
  | {readonly op: 'setLink'; readonly name: string; readonly set: LinkSettings}
  | {readonly op: 'addAddress'; readonly address: LinkAddress}
  | {readonly op: 'deleteAddress'; readonly address: LinkAddress}
  | {readonly op: 'replaceRoute'; readonly route: Route}
  | {readonly op: 'deleteRoute'; readonly route: Route}
  | {readonly op: 'replaceNeighbour'; readonly neighbour: Neighbour}
  | {readonly op: 'deleteNeighbour'; readonly neighbour: Neighbour}
  | {readonly op: 'replaceFdb'; readonly entry: FdbEntry}
  | {readonly op: 'deleteFdb'; readonly entry: FdbEntry}
  | {readonly op: 'setSysctl'; readonly name: string; readonly value: string}
  | {readonly op: 'changeRules'; readonly change: RulesChange}
  | {readonly op: 'changeTable'; readonly change: NftChange}
  | {readonly op: 'changeSets'; readonly change: IpSetChange}
  | {readonly op: 'changeServers'; readonly change: IpvsChange}
  /** Connections that the kernel remembers and should not: their next packet meets the rules anew. */
  | {readonly op: 'forgetConnections'; readonly flows: Flows}

/** What may change on a link that exists; `master: null` takes it out of its bridge. `hairpin` stands alone in its op. */
export type LinkSettings = {
  readonly up?: boolean
  readonly mtu?: number
  readonly mac?: Link['mac']
  readonly master?: string | null
  readonly hairpin?: boolean
}

/** What `addLink` does to a link that exists already. */
export function settingsOf({up, mtu, mac, master}: Link): LinkSettings {
  return {up, mtu, ...(mac && {mac}), master: master ?? null}
}
