import {isDeepStrictEqual} from 'node:util'
import {type Document, isCollection, isMap, isPair, isScalar, isSeq, parseDocument, type Scalar, visit} from 'yaml'
import type {KeyOrder} from './key-order.ts'

const width = 120

/**
 * The text of a lab file in the one form that all of them have: keys in the schema's order, sections apart, double quotes, lines of
 * at most 120 characters. Comments stay with what they stand before or behind. Whether a collection is written in braces or line by
 * line is its author's choice, as long as it fits a line. The text must be one good YAML document.
 */
export function formatLab(text: string, order: KeyOrder): string {
  const document = parseDocument(text)
  const header = takeHeader(document)
  arrange(document.contents, order)
  for (const [index, key] of keysOf(document.contents).entries()) key.spaceBefore = isApart(key, index)
  visit(document, {Scalar: (_, scalar) => doubleQuote(scalar)})
  const formatted = header + fitted(print(document))
  if (!isDeepStrictEqual(valueOfText(formatted), valueOfText(text))) throw new Error('formatting changed the meaning')
  return formatted
}

/** The first line, which names the schema for editors, stays the first, whichever key comes next. */
function takeHeader(document: Document): string {
  const holder = [document, document.contents, keysOf(document.contents)[0]].find(each => each?.commentBefore)
  const [first = '', ...rest] = holder?.commentBefore?.split('\n') ?? []
  if (!holder || !first.startsWith(' yaml-language-server:')) return ''
  holder.commentBefore = rest.length === 0 ? null : rest.join('\n')
  return `#${first}\n`
}

function arrange(node: unknown, order: KeyOrder | undefined): void {
  if (order === undefined) return
  if (isSeq(node)) for (const item of node.items) arrange(item, order.each ?? order)
  if (!isMap(node)) return
  const rank = (pair: unknown) => {
    const index = order.keys.indexOf(nameOf(pair))
    return index < 0 ? order.keys.length : index
  }
  const sorted = node.items.toSorted((a, b) => rank(a) - rank(b))
  const moved = sorted.some((pair, index) => pair !== node.items[index])
  node.items = sorted
  // A blank line before a key belonged to its place.
  if (moved) for (const key of keysOf(node)) key.spaceBefore = false
  for (const pair of node.items) {
    const name = nameOf(pair)
    arrange(pair.value, Object.hasOwn(order.below, name) ? order.below[name] : order.each)
  }
}

const introduction = ['name', 'title', 'summary']

function isApart({value}: Scalar, index: number): boolean {
  return index > 0 && !introduction.includes(String(value))
}

function nameOf(pair: unknown): string {
  return isPair(pair) && isScalar(pair.key) ? String(pair.key.value) : ''
}

function keysOf(node: unknown): readonly Scalar[] {
  return isMap(node) ? node.items.map(({key}) => key).filter(isScalar) : []
}

function doubleQuote(scalar: Scalar): void {
  if (scalar.type === 'QUOTE_SINGLE' && !/["\\\p{Cc}]/u.test(String(scalar.value))) scalar.type = 'QUOTE_DOUBLE'
}

/** Writes braces with blanks inside and brackets without. */
function print(document: Document): string {
  visit(document, {
    Collection: (_, node) => {
      const write = node.toString
      const flowCollectionPadding = isMap(node) ? ' ' : ''
      node.toString = (context, ...rest) => write.call(node, context && {...context, flowCollectionPadding}, ...rest)
    },
  })
  return document.toString({lineWidth: width})
}

/* Collections in braces that are longer than a line are written line by line, from the outside in. */
function fitted(text: string): string {
  const document = parseDocument(text)
  let fits = true
  visit(document, {
    Collection: (_, node) => {
      if (!node.flow || !isCollection(node) || !node.range) return undefined
      const [start, end] = node.range
      const lineStart = text.lastIndexOf('\n', start) + 1
      const line = text.slice(lineStart, text.indexOf('\n', start))
      if (line.length <= width && !text.slice(start, end).includes('\n')) return undefined
      node.flow = false
      fits = false
      return visit.SKIP
    },
  })
  return fits ? text : fitted(print(document))
}

function valueOfText(text: string): unknown {
  return parseDocument(text).toJS({maxAliasCount: 100})
}
