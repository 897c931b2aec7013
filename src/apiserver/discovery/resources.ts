import type {Kind} from '../../objects/kind.ts'
import {type KindName, kinds} from '../../objects/kinds.ts'
import {type GroupVersion, groupOf, groupVersions, versionOf} from '../resources.ts'
import {subresources} from '../subresources/index.ts'
import {verbs} from '../verbs/index.ts'
import {type Virtual, virtualKind, virtuals} from '../virtual/index.ts'

/** One thing that paths can name, as both shapes of discovery describe it. */
export type Resource = {
  readonly plural: string
  readonly singular: string
  readonly namespaced: boolean
  readonly kind: {readonly group: string; readonly version: string; readonly kind: string}
  readonly verbs: readonly string[]
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly subresources: readonly {
    readonly name: string
    readonly kind: {readonly group: string; readonly version: string; readonly kind: string}
    readonly verbs: readonly string[]
  }[]
}

/** What a group version offers, in the order of names. */
export function resourcesOf({apiVersion, kinds: names}: GroupVersion): readonly Resource[] {
  return [
    ...names.map(name => storedResource(apiVersion, name)),
    ...virtuals.filter(one => one.apiVersion === apiVersion).map(virtualResource),
  ]
}

/** Every group version, with those that only answer questions. */
export const servedVersions: readonly GroupVersion[] = [
  ...groupVersions,
  ...[...new Set(virtuals.map(({apiVersion}) => apiVersion))]
    .filter(apiVersion => !groupVersions.some(one => one.apiVersion === apiVersion))
    .map(apiVersion => ({group: groupOf(apiVersion), version: versionOf(apiVersion), apiVersion, kinds: []})),
]

function virtualResource(virtual: Virtual): Resource {
  const {plural, singular, namespaced, verbs: allowed} = virtual
  const kind = virtualKind(virtual)
  return {plural, singular, namespaced, kind, verbs: allowed, shortNames: [], categories: [], subresources: []}
}

function storedResource(apiVersion: string, name: KindName): Resource {
  const {plural, singular, namespaced, shortNames, categories = [], apiVersions}: Kind = kinds[name]
  // A short name that two groups had would be ambiguous, and kubectl says so each time.
  const old = groupOf(apiVersion) !== groupOf(apiVersions[0])
  const kind = {group: groupOf(apiVersion), version: versionOf(apiVersion), kind: name}
  return {
    plural,
    singular,
    namespaced,
    kind,
    verbs: Object.keys(verbs),
    shortNames: old ? [] : shortNames,
    categories: old ? [] : categories,
    subresources: Object.entries(subresources)
      .filter(([, {of}]) => of.includes(name))
      .map(([below, {verbs: allowed, kind: other}]) => ({name: below, kind: other ?? kind, verbs: allowed}))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  }
}
