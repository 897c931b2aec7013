import {dirname, isAbsolute, join} from 'node:path'
import {findImage, imageNames} from '../images/index.ts'
import type {KubeObject} from '../objects/kube-object.ts'
import {type Mistake as ObjectMistake, printMistake} from '../objects/mistake.ts'
import {suggestion} from '../objects/nearest.ts'
import {readObject} from '../objects/read-object.ts'
import type {Mistake} from './lab-error.ts'
import {unreadable} from './lab-files.ts'
import {type Found, mistakeAt, type Place, readYaml, type YamlDocument} from './yaml-file.ts'

/** An object of a lab with the place where it was written. */
export type PlacedObject = {
  readonly object: KubeObject
  readonly document: YamlDocument
  readonly path: readonly PropertyKey[]
}

/** The images of a lab's own, by name. */
export type OwnNames = readonly {readonly name: string}[]

export type ReadFile = (path: string) => string

/** The objects of a manifest: those of a file beside the lab, or the one that stands in the lab itself. */
export function readManifest(
  place: {readonly document: YamlDocument; readonly path: readonly PropertyKey[]},
  manifest: unknown,
  surroundings: {readonly namespace: string; readonly readFile: ReadFile; readonly images: OwnNames},
): Found<readonly PlacedObject[]> {
  const {document: lab, path} = place
  if (typeof manifest !== 'string') return readPlaced(lab, path, surroundings)
  const file = isAbsolute(manifest) ? manifest : join(dirname(lab.source.file), manifest)
  const refuse = (message: string) => ({value: [], mistakes: [mistakeAt(lab, {path}, message)]})
  let text: string
  try {
    text = surroundings.readFile(file)
  } catch (error) {
    return refuse(`the manifest file ${unreadable(file, error)}`)
  }
  const {value: documents, mistakes} = readYaml({file, text})
  const found = documents.filter(({value}) => value !== null).map(document => readPlaced(document, [], surroundings))
  if (found.length === 0 && mistakes.length === 0) return refuse(`the manifest file ${file} is empty`)
  return {value: found.flatMap(({value}) => value), mistakes: [...mistakes, ...found.flatMap(each => each.mistakes)]}
}

function readPlaced(
  document: YamlDocument,
  path: readonly PropertyKey[],
  {namespace, images}: {readonly namespace: string; readonly images: OwnNames},
): Found<readonly PlacedObject[]> {
  const value = valueAt(document.value, path)
  const read = readObject(value, namespace)
  const faults = 'errors' in read ? read.errors.map(error => objectMistake(document, path, error)) : []
  const mistakes = [...faults, ...imageMistakes(document, path, value, images)]
  return {value: 'object' in read && mistakes.length === 0 ? [{object: read.object, document, path}] : [], mistakes}
}

function objectMistake(
  document: YamlDocument,
  base: readonly PropertyKey[],
  {path, message, hint}: ObjectMistake,
): Mistake {
  const full = [...base, ...path]
  const aboutKey = /^(unknown field|Forbidden)/.test(message) && path.length > 0
  const place: Place = aboutKey ? {path: full.slice(0, -1), key: full.at(-1)} : {path: full}
  return mistakeAt(document, place, printMistake({path, message}), hint)
}

/** Containers stand in `spec` of a pod and in `spec.template.spec` of whatever makes pods. */
function imageMistakes(
  document: YamlDocument,
  base: readonly PropertyKey[],
  value: unknown,
  own: OwnNames,
): readonly Mistake[] {
  const names = imageNames(own)
  return [['spec'], ['spec', 'template', 'spec']]
    .flatMap(spec => ['initContainers', 'containers'].map(list => [...spec, list]))
    .flatMap(path => {
      const containers = valueAt(value, path)
      return Array.isArray(containers) ? containers.map((_, index) => [...path, index, 'image']) : []
    })
    .flatMap(path => {
      const image = valueAt(value, path)
      if (typeof image !== 'string' || image === '' || findImage(image, own) !== undefined) return []
      const meant = suggestion(image, names)
      const message = `podlab has no image "${image}"${meant ? `; ${meant}` : ''}`
      return [mistakeAt(document, {path: [...base, ...path]}, message, `images here: ${names.join(', ')}`)]
    })
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null ? (inner as Record<PropertyKey, unknown>)[key] : undefined,
    value,
  )
}
