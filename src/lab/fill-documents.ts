import type {Mistake} from './lab-error.ts'
import {defaultFaults, readParameters, type Setting, valuesOf} from './parameters.ts'
import {fillPlaceholders} from './placeholders.ts'
import {isMapping} from './shape.ts'
import {mistakeAt, type YamlDocument} from './yaml-file.ts'

/** The documents of a lab with parameters in place of their placeholders; those of all files are known in all. */
export function fillDocuments(
  documents: readonly YamlDocument[],
  settings: readonly Setting[],
): {
  readonly documents: readonly YamlDocument[]
  readonly mistakes: readonly Mistake[]
  readonly warnings: readonly Mistake[]
} {
  const own = documents.map(document => ({document, declared: readParameters(sectionOf(document))}))
  const parameters = new Map(own.flatMap(({declared}) => [...declared]))
  const declared = new Set(documents.flatMap(document => Object.keys(sectionOf(document))))
  const {values, mistakes} = valuesOf(parameters, settings)
  const filled = documents.map(document => ({
    document,
    ...fillPlaceholders(document.value, {values, parameters, declared}),
  }))
  const used = new Set(filled.flatMap(each => [...each.used]))
  const unused = own.flatMap(({document, declared}) =>
    [...declared.keys()]
      .filter(name => !used.has(name))
      .map(name =>
        mistakeAt(
          document,
          {path: ['parameters'], key: name},
          `the parameter ${name} is used nowhere`,
          `use it as \${${name}}`,
        ),
      ),
  )
  const faults = [
    ...own.map(({document, declared}) => ({document, faults: defaultFaults(declared)})),
    ...filled.map(({document, faults}) => ({document, faults})),
  ]
  return {
    documents: filled.map(({document, value}) => ({...document, value})),
    mistakes: [
      ...mistakes,
      ...faults.flatMap(({document, faults}) =>
        faults.map(fault => mistakeAt(document, fault, fault.message, fault.hint)),
      ),
    ],
    warnings: unused,
  }
}

function sectionOf({value}: YamlDocument): Readonly<Record<string, unknown>> {
  return isMapping(value) && isMapping(value.parameters) ? value.parameters : {}
}
