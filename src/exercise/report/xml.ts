/** A piece of an XML document: attributes, then elements or a text inside. */
export type Element = {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly inside: readonly Element[] | string
}

/** The document as text, with its declaration. Names must be XML names; texts may hold anything. */
export function printXml(element: Element): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${printElement(element, '')}`
}

function printElement({name, attributes, inside}: Element, indent: string): string {
  const words = [name, ...Object.entries(attributes).map(([key, value]) => `${key}="${escapeAttribute(value)}"`)]
  const start = `${indent}<${words.join(' ')}`
  if (inside.length === 0) return `${start}/>\n`
  if (typeof inside === 'string') return `${start}>${escapeText(inside)}</${name}>\n`
  return `${start}>\n${inside.map(element => printElement(element, `${indent}  `)).join('')}${indent}</${name}>\n`
}

/* `>` is escaped for the sake of `]]>`, a carriage return since a parser would make a line feed of it. */
function escapeText(text: string): string {
  return printable(text).replace(/[&<>\r]/g, escaped)
}

/* An attribute's line ends and tabs would be read back as blanks. */
function escapeAttribute(text: string): string {
  return printable(text).replace(/[&<>"\t\n\r]/g, escaped)
}

function escaped(character: string): string {
  const names: Readonly<Record<string, string>> = {'&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;'}
  return names[character] ?? `&#${character.codePointAt(0)};`
}

/**
 * XML 1.0 has no way to write most control characters, nor half a surrogate pair, not even escaped: a program's output may hold them (the
 * escape of a colour), and U+FFFD stands in their place.
 */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are the very ones
  return text.toWellFormed().replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
}
