import type {NftChain, NftElement, NftHook, NftMap, NftSet, NftTable} from './table.ts'

/** Text that is no listing of nft. */
export class NftError extends Error {
  override readonly name = 'NftError'
}

/** Reads what `nft list table FAMILY NAME` prints. Throws NftError with the line. */
export function parseNftTable(text: string): NftTable {
  const lines = joined(text.split('\n').map(line => line.trim()))
  const [first = '', ...rest] = lines.filter(line => line !== '')
  if (!/^table \S+ \S+ \{$/.test(first)) throw new NftError(`"${first}" begins no table; expected table ip NAME {`)
  if (rest.at(-1) !== '}') throw new NftError('the table has no end')
  const {blocks, comment} = blocksOf(rest.slice(0, -1))
  const those = <T>(kind: Block['kind'], read: (body: readonly string[]) => T): Record<string, T> =>
    Object.fromEntries(blocks.flatMap(block => (block.kind === kind ? [[block.name, read(block.body)]] : [])))
  return {
    ...(comment !== undefined && {comment}),
    sets: those('set', parseSet),
    maps: those('map', parseMap),
    chains: those('chain', parseChain),
  }
}

type Block = {readonly kind: 'set' | 'map' | 'chain'; readonly name: string; readonly body: readonly string[]}

function blocksOf(lines: readonly string[]): {readonly blocks: readonly Block[]; readonly comment?: string} {
  const blocks: Block[] = []
  let comment: string | undefined
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? ''
    const [, kind, name = ''] = /^(set|map|chain) (\S+) \{$/.exec(line) ?? []
    if (kind === undefined) {
      comment = commentIn(line)
      if (comment === undefined) throw new NftError(`"${line}" is not understood in a table`)
      continue
    }
    const end = lines.indexOf('}', at)
    if (end < 0) throw new NftError(`${kind} ${name} has no end`)
    blocks.push({kind: kind as Block['kind'], name, body: lines.slice(at + 1, end)})
    at = end
  }
  return {blocks, ...(comment !== undefined && {comment})}
}

/** Long lists of elements go over several lines; each but the last ends with a comma. */
function joined(lines: readonly string[]): string[] {
  const all: string[] = []
  for (const line of lines) {
    const last = all.at(-1)
    if (last?.startsWith('elements = {') && last.endsWith(',')) all[all.length - 1] = `${last} ${line}`
    else all.push(line)
  }
  return all
}

function commentIn(line: string): string | undefined {
  return /^comment "(.*)"$/.exec(line)?.[1]
}

function parseSet(body: readonly string[]): NftSet {
  const fields = fieldsOf(body)
  const {type = '', comment, flags, timeout} = fields
  const isDynamic = flags?.includes('dynamic') === true
  return {
    type,
    ...(comment !== undefined && {comment}),
    ...(flags !== undefined && {flags}),
    ...(timeout !== undefined && {timeout: seconds(timeout)}),
    elements: isDynamic ? [] : elementsIn(body).toSorted(),
  }
}

function parseMap(body: readonly string[]): NftMap {
  const {type = '', comment} = fieldsOf(body)
  const elements = elementsIn(body).map((text): [string, NftElement] => {
    const [, key = '', said, value = ''] = /^(.*?)(?: comment "(.*?)")? : (.*)$/.exec(text) ?? []
    return [key, {value, ...(said !== undefined && {comment: said})}]
  })
  return {type, ...(comment !== undefined && {comment}), elements: Object.fromEntries(elements)}
}

function fieldsOf(
  body: readonly string[],
): Readonly<Partial<Record<'type' | 'comment' | 'flags' | 'timeout', string>>> {
  const found = body.flatMap(line => {
    const [, name, value = ''] = /^(type|comment|flags|timeout) (.*)$/.exec(line) ?? []
    return name === undefined ? [] : [[name, name === 'comment' ? value.slice(1, -1) : value]]
  })
  return Object.fromEntries(found)
}

function elementsIn(body: readonly string[]): string[] {
  const [, list] = /^elements = \{ (.*) \}$/.exec(body.find(line => line.startsWith('elements = {')) ?? '') ?? []
  return list?.split(/, (?=(?:[^"]*"[^"]*")*[^"]*$)/).map(element => element.trim()) ?? []
}

/** `3h`, `1m30s`. */
function seconds(text: string): number {
  const units: Readonly<Record<string, number>> = {d: 86_400, h: 3600, m: 60, s: 1}
  return [...text.matchAll(/(\d+)([dhms])/g)].reduce(
    (sum, [, number, unit = '']) => sum + Number(number) * (units[unit] ?? 0),
    0,
  )
}

function parseChain(body: readonly string[]): NftChain {
  const comment = body.map(commentIn).find(said => said !== undefined)
  const base = body.map(baseIn).find(found => found !== undefined)
  const rules = body.filter(line => commentIn(line) === undefined && baseIn(line) === undefined)
  return {...(base && {base}), ...(comment !== undefined && {comment}), rules}
}

function baseIn(line: string): NftChain['base'] {
  const [, type, hook, place = '', offset = ''] =
    /^type (filter|nat) hook (\w+) priority ([a-z]+|-?\d+)( [+-] \d+)?; policy accept;$/.exec(line) ?? []
  if (type === undefined || hook === undefined) return undefined
  const number = (named[place] ?? Number(place)) + Number(offset.replaceAll(' ', ''))
  return {type: type as 'filter' | 'nat', hook: hook as NftHook, priority: number}
}

/* The names of priorities, as nft prints them. */
const named: Readonly<Record<string, number>> = {
  raw: -300,
  mangle: -150,
  dstnat: -100,
  filter: 0,
  security: 50,
  srcnat: 100,
}
