import {dirname, isAbsolute, join, resolve} from 'node:path'
import type {Mistake} from './lab-error.ts'
import {unreadable} from './lab-files.ts'
import type {ReadFile} from './manifests.ts'
import {isMapping} from './shape.ts'
import {type Found, mistakeAt, readYaml, type YamlDocument} from './yaml-file.ts'

const depthLimit = 10
const fileLimit = 100

/**
 * The lab file and every file that it includes, each once: an included file before the one that includes it. A file has the keys of
 * a lab; the files that it includes itself are found from its own folder.
 */
export function readIncludes(main: YamlDocument, readFile: ReadFile): Found<readonly YamlDocument[]> {
  const reading: Reading = {readFile, documents: [], mistakes: [], done: new Set()}
  include(main, [main.source.file], reading)
  return {value: reading.documents, mistakes: reading.mistakes}
}

type Reading = {
  readonly readFile: ReadFile
  readonly documents: YamlDocument[]
  readonly mistakes: Mistake[]
  /** The files that have been read, by their full paths. */
  readonly done: Set<string>
}

/* `chain` holds the files that lead to this one, itself last. */
function include(document: YamlDocument, chain: readonly string[], reading: Reading): void {
  reading.done.add(resolve(chain.at(-1) ?? ''))
  for (const {name, path} of namesIn(document)) {
    const {file} = document.source
    const next = isAbsolute(name) ? name : join(dirname(file), name)
    const why = refusal(next, chain, reading)
    if (why !== undefined) reading.mistakes.push(mistakeAt(document, {path}, why))
    else if (!reading.done.has(resolve(next))) {
      const read = readIncluded({document, path}, next, reading.readFile)
      reading.mistakes.push(...read.mistakes)
      for (const included of read.value) include(included, [...chain, next], reading)
    }
  }
  reading.documents.push(document)
}

function namesIn({value}: YamlDocument): readonly {readonly name: string; readonly path: readonly PropertyKey[]}[] {
  const list = isMapping(value) ? value.include : undefined
  if (!Array.isArray(list)) return []
  return list.flatMap((name, index) => (typeof name === 'string' && name ? [{name, path: ['include', index]}] : []))
}

function refusal(next: string, chain: readonly string[], {done}: Reading): string | undefined {
  const start = chain.findIndex(file => resolve(file) === resolve(next))
  if (start >= 0) return `a circle of includes: ${[...chain.slice(start), next].join(' includes ')}`
  if (chain.length > depthLimit) return `an include more than ${depthLimit} files deep`
  return done.size >= fileLimit ? `more than ${fileLimit} included files` : undefined
}

function readIncluded(
  {document, path}: {readonly document: YamlDocument; readonly path: readonly PropertyKey[]},
  file: string,
  readFile: ReadFile,
): Found<readonly YamlDocument[]> {
  const refuse = (why: string) => ({value: [], mistakes: [mistakeAt(document, {path}, why)]})
  let text: string
  try {
    text = readFile(file)
  } catch (error) {
    return refuse(`the included file ${unreadable(file, error)}`)
  }
  const {value: documents, mistakes} = readYaml({file, text})
  if (mistakes.length > 0) return {value: [], mistakes}
  const [first, second] = documents
  if (first === undefined || first.value === null) return refuse(`the included file ${file} is empty`)
  if (second === undefined) return {value: [first], mistakes: []}
  const why = 'a second document (---): an included file has one'
  return {value: [], mistakes: [mistakeAt(second, {path: []}, why)]}
}
