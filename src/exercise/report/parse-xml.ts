import type {Element} from './xml.ts'

/** Text that is not XML as `printXml` writes it. */
export class XmlError extends Error {
  override readonly name = 'XmlError'
}

/** Reads what `printXml` wrote (elements, attributes, texts; no comments, no CDATA); throws XmlError. */
export function parseXml(text: string): Element {
  const rest = text.replace(/^<\?xml[^>]*\?>\s*/, '')
  const {element, end} = readElement(rest, 0)
  if (rest.slice(end).trim() !== '') throw new XmlError(`more than one element: ${rest.slice(end, end + 20)}`)
  return element
}

type Read<T> = T & {readonly end: number}

function readElement(text: string, at: number): Read<{readonly element: Element}> {
  const opening = /<([\w:-]+)((?: [\w:-]+="[^"<]*")*)(\/?)>/y
  opening.lastIndex = at
  const [all, name = '', words = '', closed] = opening.exec(text) ?? []
  if (all === undefined) throw new XmlError(`expected an element at ${JSON.stringify(text.slice(at, at + 20))}`)
  const attributes = Object.fromEntries(
    [...words.matchAll(/ ([\w:-]+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, unescaped(value)]),
  )
  const start = at + all.length
  if (closed === '/') return {element: {name, attributes, inside: []}, end: start}
  const {inside, end} = readInside(text, start)
  const closing = `</${name}>`
  if (!text.startsWith(closing, end)) throw new XmlError(`${name} is not closed`)
  return {element: {name, attributes, inside}, end: end + closing.length}
}

function readInside(text: string, start: number): Read<{readonly inside: Element['inside']}> {
  const next = text.indexOf('<', start)
  if (next < 0) throw new XmlError('an element is not closed')
  const said = text.slice(start, next)
  if (said.trim() !== '' || text.startsWith('</', next)) return {inside: unescaped(said), end: next}
  const elements: Element[] = []
  let at = next
  while (!text.startsWith('</', at)) {
    const {element, end} = readElement(text, at)
    elements.push(element)
    const blanks = /\s*/y
    blanks.lastIndex = end
    blanks.exec(text)
    at = blanks.lastIndex
  }
  return {inside: elements, end: at}
}

function unescaped(text: string): string {
  const names: Readonly<Record<string, string>> = {amp: '&', lt: '<', gt: '>', quot: '"'}
  return text.replace(/&(?:#(\d+)|(\w+));/g, (_, number?: string, name = '') =>
    number === undefined ? (names[name] ?? '') : String.fromCodePoint(Number(number)),
  )
}
