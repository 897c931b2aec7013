import type {Lab} from './lab.ts'
import {LabError} from './lab-error.ts'
import {unreadable} from './lab-files.ts'
import {readLab, type Surroundings} from './read-lab.ts'
import {mistakeAt, mistakeOf, readYaml, type Source, type YamlDocument} from './yaml-file.ts'

/** Reads a lab from its file; throws LabError with everything that is wrong with it. */
export function loadLab(file: string, surroundings: Surroundings): Lab {
  let text: string
  try {
    text = surroundings.readFile(file)
  } catch (error) {
    throw new LabError([mistakeOf(file, unreadable('the lab file', error))], {cause: error})
  }
  return parseLab({file, text}, surroundings)
}

/** Reads the text of a lab file, and the manifests beside it; throws LabError with everything that is wrong with them. */
export function parseLab(source: Source, surroundings: Surroundings): Lab {
  const document = onlyDocument(source)
  const {value: lab, mistakes} = readLab(document, surroundings)
  if (mistakes.length > 0) throw new LabError(mistakes)
  return lab
}

function onlyDocument(source: Source): YamlDocument {
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
