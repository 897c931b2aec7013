import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
  type ScalarTag,
  type Tags,
  type YAMLMap,
} from 'yaml'
import type {Mistake} from './lab-error.ts'

/** The text of a YAML file with the name by which the user knows it. */
export type Source = {readonly file: string; readonly text: string}

/** One YAML document of a file: its plain value, and where in the text every part of it stands. */
export type YamlDocument = {
  readonly source: Source
  readonly value: unknown
  readonly nodes: Document.Parsed
  readonly lines: LineCounter
}

/** A place in a document: the value at a path, or the key of the last mapping on the way. */
export type Place = {readonly path: readonly PropertyKey[]; readonly key?: PropertyKey | undefined}

/** A value with the mistakes that were found on the way to it. */
export type Found<T> = {readonly value: T; readonly mistakes: readonly Mistake[]}

const aliasLimit = 100
const depthLimit = 100

/** The documents of a YAML file; a file with syntax errors has none. */
export function readYaml(source: Source): Found<readonly YamlDocument[]> {
  const lines = new LineCounter()
  // Keys that stand twice are found below: the parser's own search takes quadratic time.
  const options = {lineCounter: lines, prettyErrors: false, uniqueKeys: false, customTags: withOctal}
  const parsed = [...parseAllDocuments(source.text, options)]
  const faults = parsed.flatMap(document => [...document.errors, ...document.warnings]).slice(0, 100)
  if (faults.length > 0) {
    const mistakes = faults.map(({code, message, pos}) => {
      const place = spot({source, lines}, pos)
      return {...place, ...explained(code, message, place.excerpt ?? '')}
    })
    return {value: [], mistakes: onePerLine(mistakes).slice(0, 10)}
  }
  const results = parsed.map(nodes => plain({source, lines, nodes}))
  return {value: results.flatMap(({value}) => value), mistakes: results.flatMap(({mistakes}) => mistakes)}
}

/* Kubernetes reads YAML 1.1, where a leading zero makes a number octal: `defaultMode: 0400` is what `chmod 0400` means. */
const octal: ScalarTag = {
  identify: () => false,
  default: true,
  tag: 'tag:yaml.org,2002:int',
  test: /^0[0-7]+$/,
  resolve: text => Number.parseInt(text, 8),
}

function withOctal(tags: Tags): Tags {
  return [octal, ...tags]
}

/** A mistake at a place of a document, or at the nearest place above that the text has. */
export function mistakeAt(document: YamlDocument, place: Place, message: string, hint?: string): Mistake {
  const range = locate(document.nodes.contents, place) ?? [0, 0]
  return {...spot(document, range), message, ...(hint === undefined ? {} : {hint})}
}

type Range = readonly [start: number, end: number, ...unknown[]]

function plain(document: Omit<YamlDocument, 'value'>): Found<readonly YamlDocument[]> {
  const refuse = (message: string, hint?: string) => {
    const whole = {...document, value: undefined}
    return {value: [], mistakes: [mistakeAt(whole, {path: []}, message, hint)]}
  }
  if (deeperThan(depthLimit, document.nodes.contents)) return refuse(`nested more than ${depthLimit} levels deep`)
  const twice = keysTwice(document.nodes.contents).map(key => ({
    ...spot(document, rangeOf(key) ?? [0, 0]),
    message: 'this key stands twice in the same mapping',
  }))
  if (twice.length > 0) return {value: [], mistakes: twice}
  try {
    return {value: [{...document, value: document.nodes.toJS({maxAliasCount: aliasLimit}) as unknown}], mistakes: []}
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error
    return error.message.startsWith('Unresolved alias')
      ? refuse(error.message.replace(/^Unresolved alias \(.*\): (.*)$/, 'no anchor &$1 stands before the alias *$1'))
      : refuse('too many aliases: the document unfolds to an enormous one', `at most ${aliasLimit} are unfolded`)
  }
}

function deeperThan(levels: number, node: unknown): boolean {
  if (levels === 0) return true
  if (isMap(node)) return node.items.some(({value}) => deeperThan(levels - 1, value))
  return isSeq(node) && node.items.some(item => deeperThan(levels - 1, item))
}

function keysTwice(node: unknown): readonly unknown[] {
  if (isSeq(node)) return node.items.flatMap(keysTwice)
  if (!isMap(node)) return []
  const pairs = pairsOf(node)
  const again = node.items.filter(pair => isScalar(pair.key) && pairs.get(String(pair.key.value)) !== pair)
  return [...again.map(({key}) => key), ...node.items.flatMap(({value}) => keysTwice(value))]
}

function locate(root: Node | null, {path, key}: Place): Range | undefined {
  let node: unknown = root
  let range: Range | undefined
  for (const step of path) {
    range = rangeOf(node) ?? range
    const child = childOf(node, step)
    if (child === undefined) return range
    range = child.key ?? range
    node = child.value
  }
  if (key !== undefined) return childOf(node, key)?.key ?? rangeOf(node) ?? range
  return rangeOf(node) ?? range
}

function childOf(node: unknown, step: PropertyKey): {key?: Range | undefined; value: unknown} | undefined {
  if (isSeq(node)) return Number(step) < node.items.length ? {value: node.items[Number(step)]} : undefined
  if (!isMap(node)) return undefined
  const pair = pairsOf(node).get(String(step))
  return pair && {key: rangeOf(pair.key), value: pair.value}
}

/** A mapping's first pair of each key; remembered, since every mistake is looked up. */
function pairsOf(map: YAMLMap): ReadonlyMap<string, Pair> {
  const known = pairsByMap.get(map)
  if (known) return known
  const pairs = new Map<string, Pair>()
  for (const pair of map.items) {
    const key = isScalar(pair.key) ? String(pair.key.value) : undefined
    if (key !== undefined && !pairs.has(key)) pairs.set(key, pair)
  }
  pairsByMap.set(map, pairs)
  return pairs
}

const pairsByMap = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>()

/** Where a node's own text stands; a mapping or list is pointed to by its first line. */
function rangeOf(node: unknown): Range | undefined {
  if (isMap(node) && !node.flow) return rangeOf(node.items[0]?.key) ?? node.range ?? undefined
  if (isMap(node) || isSeq(node) || isScalar(node) || isAlias(node)) return node.range ?? undefined
  return undefined
}

function spot({source, lines}: Pick<YamlDocument, 'source' | 'lines'>, [start, end]: Range): Mistake {
  const {line, col} = lines.linePos(start)
  const lineStart = start - Math.max(1, col) + 1
  const lineEnd = source.text.indexOf('\n', lineStart)
  const excerpt = source.text.slice(lineStart, lineEnd < 0 ? undefined : lineEnd)
  return {file: source.file, line, column: col, excerpt, width: Math.max(1, end - start), message: ''}
}

function onePerLine(mistakes: readonly Mistake[]): readonly Mistake[] {
  return mistakes.filter(({line}, index) => mistakes.findIndex(other => other.line === line) === index)
}

function explained(code: string, message: string, line: string): {message: string; hint?: string} {
  if (code === 'TAB_AS_INDENT') return {message: 'a tab indents this line', hint: 'YAML is indented with blanks only'}
  const bare = /[[{,:]\s*\$\{\s*\w+\s*\}/.test(line)
  return {
    message: `not YAML: ${message}`,
    ...(bare && {hint: 'between { } or [ ] a placeholder is quoted: "$' + '{pods}"'}),
  }
}
