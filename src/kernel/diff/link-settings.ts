import type {LinkSettings} from '../op.ts'
import type {Link} from '../state.ts'

/** What to set on a wanted link, in the steps in which Linux takes it. */
export type SettingSteps = {
  readonly name: string
  /** Before other links come and go. */
  readonly prepare: LinkSettings
  /** When all links are there. */
  readonly join: LinkSettings
  /** When it is a port. */
  readonly hairpin: LinkSettings
  readonly rise: LinkSettings
}

/** What a link is like. On one that `isNew` nothing can be set before it is made. */
export type Before = {readonly before: Partial<Link>; readonly isNew: boolean}

/** From what a link is like to what it shall be. A bridge's MTU is none of this: see `bridgesToSize`. */
export function settingSteps(wanted: Link, {before, isNew}: Before): SettingSteps {
  const {name, up} = wanted
  const sink = before.up === true && !up ? {up} : {}
  const rise = {...(!before.up && up && {up}), ...(wanted.kind.type === 'vxlan' && mtuSetting(wanted, before))}
  if (wanted.kind.type === 'loopback') return {name, prepare: sink, join: {}, hairpin: {}, rise}

  const {leave, join, hairpin} = portSteps(wanted, before)
  const own = {...sink, ...ownSettings(wanted, before)}
  return isNew
    ? {name, prepare: {}, join: {...own, ...join}, hairpin, rise}
    : {name, prepare: {...own, ...leave}, join, hairpin, rise}
}

/** The MTU of a vxlan is bounded by its device's, so it comes last; that of a bridge hangs on its ports'. */
function ownSettings(wanted: Link, before: Partial<Link>): LinkSettings {
  const {kind, mac} = wanted
  return {
    ...((kind.type === 'veth' || kind.type === 'tun') && mtuSetting(wanted, before)),
    ...(mac !== undefined && mac !== before.mac && {mac}),
  }
}

function mtuSetting({mtu}: Link, before: Partial<Link>): LinkSettings {
  return mtu === before.mtu ? {} : {mtu}
}

/** A port that moves to another bridge begins there without hairpin. */
function portSteps(
  {master, hairpin = false}: Link,
  before: Partial<Link>,
): {leave: LinkSettings; join: LinkSettings; hairpin: LinkSettings} {
  const moves = before.master !== master
  if (master === undefined) return {leave: moves ? {master: null} : {}, join: {}, hairpin: {}}
  const turns = hairpin !== (moves ? false : (before.hairpin ?? false))
  return {leave: {}, join: moves ? {master} : {}, hairpin: turns ? {hairpin} : {}}
}
