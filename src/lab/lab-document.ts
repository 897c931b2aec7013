import type {Mistake} from './lab-error.ts'
import {type Fault, isMapping} from './shape.ts'
import {mistakeAt, type YamlDocument} from './yaml-file.ts'

type Path = readonly PropertyKey[]

/** A place in one of a lab's files. */
export type Origin = {readonly document: YamlDocument; readonly path: Path}

/** A lab file together with all that it includes: one value, and where each part of it was written. */
export type LabDocument = {
  readonly main: YamlDocument
  readonly value: Readonly<Record<string, unknown>>
  readonly origin: (path: Path) => Origin
}

/**
 * Puts the documents of a lab together, the lab file last: lists go on where those before end, of two values for one key the
 * later holds. `nodes: {count: 3}`, a pool alone, is a list of one.
 */
export function mergeDocuments(documents: readonly YamlDocument[], main: YamlDocument): LabDocument {
  const parts = documents.flatMap(partsOf)
  const sections = Map.groupBy(parts, ({section}) => section)
  const value = Object.fromEntries([...sections].map(([section, own]) => [section, join(own)]))
  const items = new Map([...sections].map(([section, own]) => [section, own.filter(({kind}) => kind === 'item')]))
  const entries = new Map(parts.map(part => [`${part.section} ${part.key}`, part]))
  const origin = (path: Path): Origin => {
    const [section = '', key, ...rest] = path
    const name = String(section)
    const part = typeof key === 'number' ? items.get(name)?.[key] : entries.get(`${name} ${String(key)}`)
    if (part && key !== undefined) return {document: part.document, path: [...part.path, ...rest]}
    return {document: sections.get(name)?.at(-1)?.document ?? main, path}
  }
  return {main, value, origin}
}

/** The fault as a mistake in the file where its place was written. */
export function mistakeIn(lab: LabDocument, {path, key, message, hint}: Fault): Mistake {
  const {document, path: own} = lab.origin(path)
  return mistakeAt(document, {path: own, key}, message, hint)
}

/** An item of a list, an entry of a mapping, or the whole of a section that is neither. */
type Part = Origin & {
  readonly section: string
  readonly kind: 'item' | 'entry' | 'whole'
  readonly key?: string
  readonly value: unknown
}

function partsOf(document: YamlDocument): readonly Part[] {
  if (!isMapping(document.value)) return []
  return Object.entries(document.value).flatMap(([section, value]) => sectionParts(document, section, value))
}

function sectionParts(document: YamlDocument, section: string, value: unknown): readonly Part[] {
  const path = [section]
  if (Array.isArray(value))
    return value.map((item, index) => ({document, path: [section, index], section, kind: 'item', value: item}))
  if (section === 'nodes' && isMapping(value)) return [{document, path, section, kind: 'item', value}]
  if (!isMapping(value)) return [{document, path, section, kind: 'whole', value}]
  return Object.entries(value).map(([key, inner]) => ({
    ...{document, section, key, value: inner},
    ...{path: [section, key], kind: 'entry'},
  }))
}

/* What the last file writes decides what the section is; a file that writes something else has its mistake told by the schema. */
function join(parts: readonly Part[]): unknown {
  const kind = parts.at(-1)?.kind
  const like = parts.filter(part => part.kind === kind)
  if (kind === 'item') return like.map(({value}) => value)
  if (kind === 'entry') return Object.fromEntries(like.map(({key = '', value}) => [key, value]))
  return like.at(-1)?.value
}
