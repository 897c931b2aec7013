import type {IpSets} from '../ipset/set.ts'
import type {IpvsTable} from '../ipvs/table.ts'
import type {NftTable} from '../nftables/table.ts'
import {emptyRuleset} from '../rules/iptables.ts'
import type {Ruleset} from '../ruleset.ts'
import {emptyNetns, type Link, type NetnsState} from '../state.ts'

/** All network namespaces that the fake kernel remembers, by name. */
export type World = ReadonlyMap<string, FakeNetns>

/** A namespace, with the bridges whose MTU somebody has set: those no longer follow their ports. */
export type FakeNetns = NetnsState & {
  readonly rules: Ruleset
  /** Those of ip6tables. */
  readonly rules6: Ruleset
  readonly tables: Readonly<Record<string, NftTable>>
  readonly sets: IpSets
  readonly servers: IpvsTable
  readonly sized: ReadonlySet<string>
}

/** What the kernel says when it refuses an op. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
}

/** A namespace as the kernel makes it: loopback, down. */
export const freshNetns: FakeNetns = {
  ...emptyNetns,
  links: [{name: 'lo', kind: {type: 'loopback'}, up: false, mtu: 65536}],
  rules: emptyRuleset,
  rules6: {...emptyRuleset, family: 'IPv6'},
  tables: {},
  sets: {},
  servers: {},
  sized: new Set(),
}

/** The world with one namespace changed. A namespace that is not there stays so. */
export function edit(world: World, netns: string, change: (here: FakeNetns) => FakeNetns): World {
  const here = world.get(netns)
  return here === undefined ? world : new Map([...world, [netns, change(here)]])
}

/** A link that must be there. */
export function linkNamed({links}: NetnsState, name: string): Link {
  const link = links.find(link => link.name === name)
  if (link === undefined) throw new Refusal(`Cannot find device "${name}"`)
  return link
}

export function withLink(here: FakeNetns, changed: Link): FakeNetns {
  return {...here, links: here.links.map(link => (link.name === changed.name ? changed : link))}
}
