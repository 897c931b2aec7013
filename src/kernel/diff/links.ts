import type {LinkSettings, Op} from '../op.ts'
import type {Link} from '../state.ts'
import {bridgesToSize, changedBridges, movingBridges} from './bridges.ts'
import {otherEnd, sameKind} from './link-kind.ts'
import {settingSteps} from './link-settings.ts'
import {takenAlong} from './taken-along.ts'

/** What to do about links, and what the kernel takes from whom on the way. */
export type LinkChanges = {
  readonly remove: readonly Op[]
  /** Settings of links that stay, before others come: a new vxlan wants the MTU of its device. */
  readonly prepare: readonly Op[]
  readonly add: readonly Op[]
  /** What wants all links in place: ports, hairpin, the bridges' MTUs, up. */
  readonly settle: readonly Op[]
  /** Links that go, or go and come back: all that is on them is lost. */
  readonly gone: ReadonlySet<string>
  /** Links that go down: their routes and neighbours are lost. */
  readonly downed: ReadonlySet<string>
  /** Links whose MAC changes: their neighbours are lost. */
  readonly readdressed: ReadonlySet<string>
}

export function diffLinks(observed: readonly Link[], wanted: readonly Link[]): LinkChanges {
  const wantedByName = byName(wanted)
  const unwanted = observed.filter(link => isUnwanted(link, wantedByName.get(link.name)))
  const {removed, gone} = takenAlong(observed, unwanted)
  const staying = byName(observed.filter(({name}) => !gone.has(name)))
  const {made, born} = making(staying, wantedByName)
  const changed = changedBridges(byName(observed), wanted)
  const moving = movingBridges(observed, changed)
  const steps = wanted.map(link =>
    settingSteps(link, {
      before: born.get(link.name) ?? withoutLost(staying.get(link.name) ?? {}, {gone, moving}),
      isNew: born.has(link.name),
    }),
  )
  const sized = bridgesToSize(new Map([...staying, ...born]), wanted, changed)

  return {
    remove: removed.map(name => ({op: 'deleteLink', name})),
    prepare: steps.flatMap(({name, prepare}) => setLink(name, prepare)),
    add: made.map(link => ({op: 'addLink', link})),
    settle: [
      ...steps.flatMap(({name, join, hairpin}) => [...setLink(name, join), ...setLink(name, hairpin)]),
      ...sized.flatMap(({name, mtu}) => setLink(name, {mtu})),
      ...steps.flatMap(({name, rise}) => setLink(name, rise)),
    ],
    gone,
    downed: new Set(steps.filter(({prepare}) => prepare.up === false).map(({name}) => name)),
    readdressed: new Set([
      ...steps.filter(({prepare}) => prepare.mac !== undefined).map(({name}) => name),
      ...wanted.filter(({name, mac}) => mac === undefined && changed.has(name)).map(({name}) => name),
    ]),
  }
}

function byName(links: readonly Link[]): ReadonlyMap<string, Link> {
  return new Map(links.map(link => [link.name, link]))
}

function isUnwanted(link: Link, wanted: Link | undefined): boolean {
  if (link.kind.type === 'loopback') return false
  if (wanted === undefined) return link.kind.type !== 'other'
  return !sameKind(link.kind, wanted.kind)
}

/** A link as it is when others have gone: without the bridge that it was in, and a bridge without a MAC that is not its own. */
function withoutLost(
  {mac, master, hairpin, ...link}: Partial<Link>,
  {gone, moving}: {gone: ReadonlySet<string>; moving: ReadonlySet<string>},
): Partial<Link> {
  const isPort = master !== undefined && !gone.has(master)
  return {
    ...link,
    ...(mac !== undefined && !moving.has(link.name ?? '') && {mac}),
    ...(isPort && {master, hairpin: hairpin ?? false}),
  }
}

/** Links to make, in an order in which they can be made, and what all new links are `born` like, other ends included. */
function making(staying: ReadonlyMap<string, Link>, wanted: ReadonlyMap<string, Link>) {
  const made: Link[] = []
  const born = new Map<string, Partial<Link>>()
  const absent = [...wanted.values()].filter(({name, kind}) => !staying.has(name) && kind.type !== 'loopback')
  for (const link of absent.toSorted((a, b) => makingRank[a.kind.type] - makingRank[b.kind.type])) {
    if (born.has(link.name)) continue
    made.push(link)
    born.set(link.name, asBorn(link, wanted))
    const other = otherEnd(link, wanted)
    if (other !== undefined) born.set(other.name, {up: false})
  }
  return {made, born}
}

/**
 * A new vxlan is cut to what its device carries; a bridge may carry less until it is sized, so the MTU is said again. A tun is made
 * without any settings.
 */
function asBorn({mtu, ...link}: Link, wanted: ReadonlyMap<string, Link>): Partial<Link> {
  if (link.kind.type === 'tun') return {up: false}
  const device = link.kind.type === 'vxlan' ? wanted.get(link.kind.device) : undefined
  return {...link, hairpin: false, ...(device?.kind.type !== 'bridge' && {mtu})}
}

/** A port wants its bridge, a vxlan its device. */
const makingRank: Readonly<Record<Link['kind']['type'], number>> = {
  loopback: 0,
  bridge: 1,
  dummy: 1,
  tun: 1,
  other: 1,
  veth: 2,
  vxlan: 3,
}

function setLink(name: string, set: LinkSettings): Op[] {
  return Object.keys(set).length === 0 ? [] : [{op: 'setLink', name, set}]
}
