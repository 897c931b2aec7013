import {type Difference, differenceOf} from '../parts.ts'
import type {IpSet, IpSetChange, IpSetPlan, IpSets} from './set.ts'

/**
 * The way from one plan to the next of the same owner, as lines of `ipset restore`; undefined when there is nothing to do. A set that is new comes
 * before all entries. One that goes must be named by no rule any more. A set of another type is made anew, which the kernel refuses, too,
 * while a rule names it.
 */
export function ipSetChangeBetween(previous: IpSetPlan | undefined, next: IpSetPlan): IpSetChange | undefined {
  return changeOf(previous?.sets ?? {}, next.sets)
}

/** The same from whatever the kernel holds; sets of other names are others'. */
export function ipSetChangeFrom(
  observed: IpSets,
  previous: IpSetPlan | undefined,
  next: IpSetPlan,
): IpSetChange | undefined {
  const own = new Set([...Object.keys(previous?.sets ?? {}), ...Object.keys(next.sets)])
  return changeOf(Object.fromEntries(Object.entries(observed).filter(([name]) => own.has(name))), next.sets)
}

/** The change as `ipset restore` takes it. */
export function printIpSetChange({commands}: IpSetChange): string {
  return commands.map(command => `${command}\n`).join('')
}

/** Sets as `ipset save` prints them, entries sorted. */
export function printIpSets(sets: IpSets): string {
  const lines = Object.entries(sets).flatMap(([name, set]) => [create(name, set), ...additions(name, set.entries)])
  return lines.map(line => `${line}\n`).join('')
}

function changeOf(before: IpSets, after: IpSets): IpSetChange | undefined {
  const replaced = Object.keys(after).filter(name => before[name] && before[name].type !== after[name]?.type)
  const gone = Object.keys(before).filter(name => !(name in after))
  const changed = Object.entries(after).filter(([name, set]) => before[name] !== set)
  const commands = [
    ...replaced.map(name => `destroy ${name}`),
    ...changed.flatMap(([name, set]) => (before[name]?.type === set.type ? [] : [create(name, set)])),
    ...changed.flatMap(([name, set]) => steps(name, before[name], set)),
    ...gone.map(name => `destroy ${name}`),
  ]
  if (commands.length === 0) return undefined
  return {backend: 'ipset', commands, set: Object.fromEntries(changed), remove: gone}
}

/* What is new comes first: a Service that moves is never in no set. */
function steps(name: string, before: IpSet | undefined, {type, entries}: IpSet): string[] {
  const old = before?.type === type ? before.entries : []
  const {gone, come} = differenceOf(old, entries) ?? differenceOfAny(old, entries)
  return [...additions(name, come), ...gone.map(entry => `del ${name} ${entry}`)]
}

function differenceOfAny(before: readonly string[], after: readonly string[]): Difference<string> {
  const [old, wanted] = [new Set(before), new Set(after)]
  return {gone: before.filter(entry => !wanted.has(entry)), come: after.filter(entry => !old.has(entry))}
}

function additions(name: string, entries: readonly string[]): string[] {
  return entries.map(entry => `add ${name} ${entry}`)
}

/* kube-proxy's own sizes, which are the kernel's, too. */
function create(name: string, {type}: IpSet): string {
  return `create ${name} ${type} ${type === 'bitmap:port' ? 'range 0-65535' : 'family inet hashsize 1024 maxelem 65536'}`
}
