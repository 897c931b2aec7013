import {differenceOf, lazily} from '../parts.ts'
import type {IpvsPlan, IpvsTable, VirtualServer} from './table.ts'

/** The virtual servers of one Service, by their keys. */
export type IpvsPart = readonly (readonly [key: string, server: VirtualServer])[]

/** `leaving` has the virtual servers that keep, at weight 0, what the parts want no more of real servers: each as a whole. */
type Parts = {readonly own: readonly IpvsPart[]; readonly leaving: IpvsTable}

/**
 * A plan that is the sum of parts. Of two that claim one key, the last has it. It is a plan like any other, but put together only when somebody
 * asks what is in it; the way from one such plan to the next does not.
 */
export function ipvsPlanOfParts(owner: string, own: readonly IpvsPart[]): IpvsPlan {
  return planOf(owner, {own, leaving: {}})
}

/** The same plan, but that these virtual servers keep some who leave, and no others. */
export function withThoseLeaving(plan: IpvsPlan, leaving: IpvsTable): IpvsPlan {
  return planOf(plan.owner, {...partsIn(plan), leaving})
}

/** The virtual servers of a plan that keep some who leave. */
export function thoseLeavingIn(plan: IpvsPlan): IpvsTable {
  return partsIn(plan).leaving
}

/** The tables of two plans as far as they may differ. */
export function tablesToCompare(before: IpvsPlan, after: IpvsPlan): readonly [IpvsTable, IpvsTable] {
  const [old, now] = [partsIn(before), partsIn(after)]
  const difference = differenceOf(old.own, now.own)
  if (difference === undefined) return [before.table, after.table]
  const changed = [...difference.gone, ...difference.come].flatMap(part => part.map(([key]) => key))
  const keys = new Set([...changed, ...Object.keys(old.leaving), ...Object.keys(now.leaving)])
  return keys.size === 0 ? [{}, {}] : [sumOf(old, keys), sumOf(now, keys)]
}

/* A table that nobody has made of parts is one. */
function partsIn(plan: IpvsPlan): Parts {
  return partsOf.get(plan) ?? {own: [Object.entries(plan.table)], leaving: {}}
}

const partsOf = new WeakMap<IpvsPlan, Parts>()

function planOf(owner: string, parts: Parts): IpvsPlan {
  const whole = lazily(() => sumOf(parts))
  const plan: IpvsPlan = {
    ...{backend: 'ipvs', owner},
    get table() {
      return whole()
    },
  }
  partsOf.set(plan, parts)
  return plan
}

/* Of all keys, or of these. A key may stand in parts that have not changed, too. */
function sumOf({own, leaving}: Parts, keys?: ReadonlySet<string>): IpvsTable {
  const table: Record<string, VirtualServer> = {}
  for (const part of own) for (const [key, server] of part) if (keys === undefined || keys.has(key)) table[key] = server
  return Object.assign(table, leaving)
}
