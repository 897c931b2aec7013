import {tablesToCompare, withEmptyChains} from './parts.ts'
import type {NftChain, NftChange, NftElement, NftMap, NftPlan, NftSet, NftTable} from './table.ts'

/**
 * The way from one plan to the next of the same owner, in one transaction; undefined when there is nothing to do. Without a previous plan the
 * table is made anew, whatever was there. It is as long as the change is: a Service that comes or goes leaves the others alone.
 *
 * The order holds what the kernel wants: what is referred to comes before what refers to it, and goes after it.
 */
export function nftChangeBetween(previous: NftPlan | undefined, next: NftPlan): NftChange | undefined {
  const {family, name, table} = next
  const place = `${family} ${name}`
  if (table === undefined) return previous?.table && changeOf(next, [`delete table ${place}`])
  const [before, after] = previous?.table ? tablesToCompare(previous.table, table) : []
  const commands =
    before && after && mayBecome(before, after)
      ? steps(place, withEmptyChains(before, previous?.leaving), withEmptyChains(after, next.leaving))
      : [...fresh(place, table), ...steps(place, empty, table)]
  return commands.length === 0 ? undefined : changeOf(next, commands)
}

/** The way to no table, whatever there is: one that is not there cannot be deleted, so it is made before. */
export function nftRemoval(plan: NftPlan): NftChange {
  const place = `${plan.family} ${plan.name}`
  return changeOf({...plan, table: undefined}, [`add table ${place}`, `delete table ${place}`])
}

/** How long a set remembers cannot be changed, and no set goes while rules name it: such a table is made anew. */
function mayBecome(before: NftTable, after: NftTable): boolean {
  return Object.entries(after.sets).every(([name, {type, timeout}]) => {
    const old = before.sets[name]
    return old === undefined || (old.type === type && old.timeout === timeout)
  })
}

/**
 * The transaction as `nft -f` takes it. nft 1.0.6 reads all sets and chains for an `add rule`, before it sends anything; for an `add chain` with the
 * rules in it it does not, and finds no set then. So that is how rules are written that name no set, where nothing else has nft read.
 */
export function printNftChange({commands}: NftChange): string {
  return (readsTable(commands) ? commands : inBlocks(commands)).map(command => `${command}\n`).join('')
}

/** Whether nft has to read what there is, whatever the words. */
export function readsTable(commands: readonly string[]): boolean {
  return commands.some(command => !/^(add|flush) chain |^add rule [^@]*$/.test(command))
}

function inBlocks(commands: readonly string[]): readonly string[] {
  const lines: string[] = []
  let rules: string[] = []
  for (const [at, command] of commands.entries()) {
    const [, chain, rule] = /^add rule (\S+ \S+ \S+) (.*)$/s.exec(command) ?? []
    if (rule === undefined) lines.push(command)
    else rules.push(rule)
    if (rule === undefined || commands[at + 1]?.startsWith(`add rule ${chain} `)) continue
    lines.push(`add chain ${chain}${braced(rules)}`)
    rules = []
  }
  return lines
}

/**
 * The same change in transactions that are small enough to be sent without privilege: Linux takes no message larger than the socket's send
 * buffer, which only root in the machine's first user namespace may raise. A chain that is rewritten is whole at every moment.
 */
export function splitNftChange(change: NftChange, limit = charactersAtOnce): readonly NftChange[] {
  const parts: string[][] = [[]]
  let size = 0
  for (const [at, command] of change.commands.entries()) {
    const isFull = size + command.length > limit && size > 0
    const isWithin = isFull && command.startsWith('add rule ') && chainOf(change.commands[at - 1]) === chainOf(command)
    if (isFull && !isWithin) {
      parts.push([])
      size = 0
    }
    parts.at(-1)?.push(command)
    size += command.length
  }
  return parts.map(commands => ({...change, commands}))
}

/** `add rule ip kube-proxy NAME ...`, `flush chain ip kube-proxy NAME`. */
function chainOf(command = ''): string | undefined {
  return /^\S+ \S+ \S+ \S+ (\S+)/.exec(command)?.[1]
}

/* A command takes up to six times as many bytes in netlink as its text, and the buffer has 208 KiB (measured with nft 1.0.6). */
const charactersAtOnce = 30_000

/** One transaction of a plan's. */
export function changeOf({family, name, table, leaving}: NftPlan, commands: readonly string[]): NftChange {
  return {backend: 'nftables', family, name, table: table && withEmptyChains(table, leaving), commands}
}

export const empty: NftTable = {sets: {}, maps: {}, chains: {}}

/** A table that is not there cannot be deleted, one that is there cannot get a comment: it is made, deleted, and made. */
export function fresh(place: string, {comment}: NftTable): string[] {
  return [`add table ${place}`, `delete table ${place}`, `add table ${place}${braced(quoted(comment))}`]
}

/** The commands from one table to the next. */
export function steps(place: string, before: NftTable, after: NftTable): string[] {
  const gone = (part: 'chains' | 'maps' | 'sets') => Object.keys(before[part]).filter(name => !(name in after[part]))
  const changed = Object.entries(after.chains).filter(([name, chain]) => differs(before.chains[name], chain))
  const added = changed.filter(([name]) => before.chains[name] === undefined)
  const leaving = gone('chains')
  return [
    ...Object.entries(after.sets).flatMap(([name, set]) => setSteps(`${place} ${name}`, before.sets[name], set)),
    ...Object.entries(after.maps).flatMap(([name, map]) =>
      name in before.maps ? [] : [addMap(`${place} ${name}`, map)],
    ),
    ...added.map(
      ([name, chain]) => `add chain ${place} ${name}${braced([...hooked(chain), ...quoted(chain.comment)])}`,
    ),
    ...changed.flatMap(([name, {rules}]) => [
      ...(before.chains[name] ? [`flush chain ${place} ${name}`] : []),
      ...rules.map(rule => `add rule ${place} ${name} ${rule}`),
    ]),
    ...Object.keys({...before.maps, ...after.maps}).flatMap(name =>
      elementSteps(`${place} ${name}`, before.maps[name], after.maps[name]),
    ),
    ...leaving.filter(name => !isEmpty(before.chains[name])).map(name => `flush chain ${place} ${name}`),
    ...leaving.map(name => `delete chain ${place} ${name}`),
    ...gone('maps').map(name => `delete map ${place} ${name}`),
    ...gone('sets').map(name => `delete set ${place} ${name}`),
  ]
}

function isEmpty(chain: NftChain | undefined): boolean {
  return chain?.rules.length === 0
}

/* Rules that have not changed are the same lists, as a rule: a plan is made of the last one's parts. */
function differs(before: NftChain | undefined, {rules}: NftChain): boolean {
  if (before === undefined) return true
  return (
    before.rules !== rules &&
    (before.rules.length !== rules.length || before.rules.some((rule, at) => rule !== rules[at]))
  )
}

function setSteps(place: string, before: NftSet | undefined, set: NftSet): string[] {
  const {type, flags, timeout, comment} = set
  const head = [`type ${type}`, ...(flags ? [`flags ${flags}`] : []), ...(timeout ? [`timeout ${timeout}s`] : [])]
  const old = new Set(before?.elements ?? [])
  const wanted = new Set(set.elements)
  const lost = [...old].filter(element => !wanted.has(element))
  const won = set.elements.filter(element => !old.has(element))
  return [
    ...(before === undefined ? [`add set ${place}${braced([...head, ...quoted(comment)])}`] : []),
    ...elements('delete', place, lost),
    ...elements('add', place, won),
  ]
}

function addMap(place: string, {type, comment}: NftMap): string {
  return `add map ${place}${braced([`type ${type}`, ...quoted(comment)])}`
}

function isSame(a: NftElement | undefined, b: NftElement | undefined): boolean {
  return a?.value === b?.value && a?.comment === b?.comment
}

function elementSteps(place: string, before: NftMap | undefined, after: NftMap | undefined): string[] {
  const [old, wanted] = [before?.elements ?? {}, after?.elements ?? {}]
  if (old === wanted) return []
  const lost = Object.keys(old).filter(key => !isSame(old[key], wanted[key]))
  const won = Object.entries(wanted)
    .filter(([key, element]) => !isSame(old[key], element))
    .map(([key, {value, comment}]) => `${key}${comment === undefined ? '' : ` comment "${comment}"`} : ${value}`)
  return [...elements('delete', place, lost), ...elements('add', place, won)]
}

/** Of many elements some at a time: without root a transaction is divided between commands. */
function elements(verb: 'add' | 'delete', place: string, texts: readonly string[]): string[] {
  const parts = Array.from({length: Math.ceil(texts.length / elementsAtOnce)}, (_, part) =>
    texts.slice(part * elementsAtOnce, (part + 1) * elementsAtOnce),
  )
  return parts.map(part => `${verb} element ${place} { ${part.join(', ')} }`)
}

const elementsAtOnce = 200

function hooked({base}: NftChain): string[] {
  return base ? [`type ${base.type} hook ${base.hook} priority ${base.priority}`] : []
}

function quoted(comment: string | undefined): string[] {
  return comment === undefined ? [] : [`comment "${comment}"`]
}

function braced(parts: readonly string[]): string {
  return parts.length === 0 ? '' : ` { ${parts.map(part => `${part} ;`).join(' ')} }`
}
