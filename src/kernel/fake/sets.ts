import type {IpSets} from '../ipset/set.ts'
import type {Ruleset} from '../ruleset.ts'
import {type FakeNetns, Refusal} from './world.ts'

/** A namespace's sets after a change. The kernel keeps a set that a rule names, and refuses a rule that names a set which is not there. */
export function changeSets({sets, rules}: FakeNetns, set: IpSets, remove: readonly string[]): IpSets {
  const named = namedIn(rules)
  if (remove.some(name => named.has(name)))
    throw new Refusal('Set cannot be destroyed: it is in use by a kernel component')
  const left = Object.entries({...sets, ...set}).filter(([name]) => !remove.includes(name))
  return Object.fromEntries(left)
}

/** The sets that rules name must be there; throws Refusal. */
export function refuseUnknownSets({sets, rules}: FakeNetns): void {
  const unknown = [...namedIn(rules)].find(name => !(name in sets))
  if (unknown !== undefined) throw new Refusal(`Set ${unknown} doesn't exist.`)
}

function namedIn({tables}: Ruleset): ReadonlySet<string> {
  const rules = Object.values(tables).flatMap(table => Object.values(table).flatMap(chain => chain.rules))
  return new Set(rules.flatMap(({matches}) => matches.flatMap(match => (match.match === 'set' ? [match.set] : []))))
}
