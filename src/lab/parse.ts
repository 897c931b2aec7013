import {fillDocuments} from './fill-documents.ts'
import {readIncludes} from './include.ts'
import type {Lab} from './lab.ts'
import {mergeDocuments} from './lab-document.ts'
import {LabError, type Mistake, mistakeOf} from './lab-error.ts'
import {unreadable} from './lab-files.ts'
import type {ReadFile} from './manifests.ts'
import {readLab, type Surroundings} from './read-lab.ts'
import {labSchema} from './schema.ts'
import {readShape} from './shape.ts'
import {mistakeAt, readYaml, type Source, type YamlDocument} from './yaml-file.ts'

/** All that there is to say about a lab file; there is a lab when it has no mistakes. */
export type Inspected = {
  readonly lab?: Lab
  readonly mistakes: readonly Mistake[]
  readonly warnings: readonly Mistake[]
}

/** Reads a lab from its file; throws LabError with everything that is wrong with it. */
export function loadLab(file: string, surroundings: Surroundings): Lab {
  return parseLab({file, text: readText(file, surroundings.readFile)}, surroundings)
}

/** Reads the text of a lab file, and the files beside it; throws LabError with everything that is wrong with them. */
export function parseLab(source: Source, surroundings: Surroundings): Lab {
  const {lab, mistakes} = inspect(source, surroundings)
  if (lab === undefined) throw new LabError(mistakes)
  return lab
}

/** As `loadLab`, but what is wrong is the answer, with warnings besides. */
export function inspectLab(file: string, surroundings: Surroundings): Inspected {
  try {
    return inspect({file, text: readText(file, surroundings.readFile)}, surroundings)
  } catch (error) {
    if (error instanceof LabError) return {mistakes: error.mistakes, warnings: []}
    throw error
  }
}

function inspect(source: Source, surroundings: Surroundings): Inspected {
  const main = onlyDocument(source)
  const included = readIncludes(main, surroundings.readFile)
  const {documents, mistakes, warnings} = fillDocuments(included.value, surroundings.settings ?? [])
  const schema = labSchema(surroundings.checks)
  const misshapen = documents.flatMap(document => {
    const shape = readShape(schema, document.value)
    return shape.ok ? [] : shape.faults.map(fault => mistakeAt(document, fault, fault.message, fault.hint))
  })
  const read = readLab(mergeDocuments(documents, documents.at(-1) ?? main), surroundings)
  const all = [...included.mistakes, ...mistakes, ...misshapen, ...read.mistakes]
  return {...(all.length === 0 && {lab: read.value}), mistakes: all, warnings: [...warnings, ...read.warnings]}
}

/** The text of a lab file; throws LabError when it cannot be read. */
export function readText(file: string, readFile: ReadFile): string {
  try {
    return readFile(file)
  } catch (error) {
    throw new LabError([mistakeOf(file, unreadable('the lab file', error))], {cause: error})
  }
}

/** The one YAML document of a lab file; throws LabError when there is none, or another. */
export function onlyDocument(source: Source): YamlDocument {
  const {value: documents, mistakes} = readYaml(source)
  if (mistakes.length > 0) throw new LabError(mistakes)
  const [first, second] = documents
  if (first === undefined || first.value === null)
    throw new LabError([mistakeOf(source.file, 'the lab file is empty', 'a lab has at least nodes or manifests')])
  if (second !== undefined)
    throw new LabError([
      mistakeAt(second, {path: []}, 'a second document (---): a lab file has one', 'put objects under manifests:'),
    ])
  return first
}
