import {type Difference, differenceOf, lazily, type Parts} from '../parts.ts'
import type {NftChain, NftElement, NftMap, NftSet, NftTable} from './table.ts'

/**
 * What one Service has in a table: chains and sets of its own, and elements of sets and maps that all share. The chains are pairs and no object: one with names that no
 * other object has costs V8 as much as ten pairs.
 */
export type NftPart = {
  readonly chains: readonly (readonly [name: string, chain: NftChain])[]
  readonly sets: Readonly<Record<string, NftSet>>
  readonly elements: readonly NftClaim[]
}

/** An element of a shared map, or of a shared set: that has no value. */
export type NftClaim = readonly [name: string, key: string, element?: NftElement]

/** What is there without any Service, and what each has. */
export type NftParts = {readonly shared: NftTable; readonly own: Parts<NftPart>}

/**
 * The sum of a table and of parts. Of two parts that claim one key of a map, the first has it. It is a table like any other, but put together only
 * when somebody asks what is in it; the way from one such table to the next does not.
 */
export function nftTableOfParts(parts: NftParts): NftTable {
  const whole = lazily(() => sumOf(parts.shared, parts.own.all()))
  const {comment} = parts.shared
  const table: NftTable = {
    ...(comment !== undefined && {comment}),
    get sets() {
      return whole().sets
    },
    get maps() {
      return whole().maps
    },
    get chains() {
      return whole().chains
    },
  }
  partsOf.set(table, parts)
  return table
}

/** The same table with some chains that are empty. */
export function withEmptyChains(table: NftTable, names: readonly string[] = []): NftTable {
  if (names.length === 0) return table
  const chains = lazily(() => ({...table.chains, ...Object.fromEntries(names.map(name => [name, {rules: []}]))}))
  return {
    ...(table.comment !== undefined && {comment: table.comment}),
    get sets() {
      return table.sets
    },
    get maps() {
      return table.maps
    },
    get chains() {
      return chains()
    },
  }
}

/** Whether it is made of so many parts that to read it takes long. */
export function isLargeTable(table: NftTable): boolean {
  return (partsOf.get(table)?.own.count ?? 0) >= manyParts
}

/* A Service has some four chains, of which nft reads 300 in a millisecond. */
const manyParts = 300

const partsOf = new WeakMap<NftTable, NftParts>()

/** What a table is made of; undefined when it does not come in parts. */
export function partsOfNftTable(table: NftTable): NftParts | undefined {
  return partsOf.get(table)
}

/** Two tables as far as they may differ: without the parts that are in both, unless they claim what one of the others does. */
export function tablesToCompare(before: NftTable, after: NftTable): readonly [NftTable, NftTable] {
  const [old, now] = [allOf(before), allOf(after)]
  if (old === undefined || now === undefined) return [before, after]
  const difference = differenceOf(old.own, now.own)
  if (difference === undefined) return [before, after]
  const {gone, come} = difference
  if (isInPlace(difference, old, now)) return [sumOf(old.shared, gone), sumOf(now.shared, come)]
  const concerned = concernedBy([...gone, ...come])
  return [sumOf(old.shared, old.own.filter(concerned)), sumOf(now.shared, now.own.filter(concerned))]
}

type AllParts = {readonly shared: NftTable; readonly own: readonly NftPart[]}

function allOf(table: NftTable): AllParts | undefined {
  const parts = partsOf.get(table)
  return parts && {shared: parts.shared, own: parts.own.all()}
}

/* A few parts have become others that claim the same, as a Service whose endpoints change: then none of the rest need be asked. */
function isInPlace({gone, come}: Difference<NftPart>, old: AllParts, now: AllParts): boolean {
  if (gone.length > fewParts || gone.length !== come.length || old.own.length !== now.own.length) return false
  return gone.every((part, at) => {
    const next = come[at] as NftPart
    return old.own.indexOf(part) === now.own.indexOf(next) && sameClaims(part.elements, next.elements)
  })
}

const fewParts = 10

function sameClaims(before: readonly NftClaim[], after: readonly NftClaim[]): boolean {
  if (before.length !== after.length) return false
  return before.every(([name, key, element], at) => {
    const [otherName, otherKey, other] = after[at] as NftClaim
    return (
      name === otherName && key === otherKey && element?.value === other?.value && element?.comment === other?.comment
    )
  })
}

/** Whether a part is one of these, or claims what one of them does. */
function concernedBy(parts: readonly NftPart[]): (part: NftPart) => boolean {
  const [these, claimed] = [new Set(parts), new Map<string, Set<string>>()]
  for (const [name, key] of parts.flatMap(({elements}) => elements))
    claimed.set(name, (claimed.get(name) ?? new Set()).add(key))
  return part => these.has(part) || part.elements.some(([name, key]) => claimed.get(name)?.has(key))
}

/** The table without what is each part's own: what all share, with the elements that the parts claim. */
export function sharedTable({shared, own}: NftParts): NftTable {
  return sumOf(
    shared,
    own.all().map(({elements}) => ({elements, sets: {}, chains: []})),
  )
}

function sumOf(shared: NftTable, parts: readonly NftPart[]): NftTable {
  const sets: Record<string, NftSet> = {...shared.sets}
  const chains: Record<string, NftChain> = {...shared.chains}
  for (const part of parts) {
    Object.assign(sets, part.sets)
    for (const [name, chain] of part.chains) chains[name] = chain
  }
  const {keys, values} = claimsOf(shared, parts)
  for (const [name, found] of Object.entries(keys))
    if (found.size > 0) sets[name] = {...(sets[name] as NftSet), elements: [...found].sort()}
  const maps = Object.entries(shared.maps).map(([name, map]): [string, NftMap] => {
    return [name, {...map, elements: {...map.elements, ...values[name]}}]
  })
  return {...shared, sets, chains, maps: Object.fromEntries(maps)}
}

type Claims = {
  readonly keys: Readonly<Record<string, Set<string>>>
  readonly values: Readonly<Record<string, Record<string, NftElement>>>
}

function claimsOf({sets, maps}: NftTable, parts: readonly NftPart[]): Claims {
  const keys = Object.fromEntries(Object.entries(sets).map(([name, {elements}]) => [name, new Set(elements)]))
  const values = Object.fromEntries(Object.keys(maps).map(name => [name, {} as Record<string, NftElement>]))
  for (const {elements} of parts)
    for (const [name, key, element] of elements)
      if (element === undefined) keys[name]?.add(key)
      else if (values[name] && !(key in values[name])) values[name][key] = element
  return {keys, values}
}
