import type {Kind} from '../objects/kind.ts'
import {type KubeObjectAny, kinds} from '../objects/kinds.ts'

/** An object in the version that was asked for. */
export function present(object: KubeObjectAny, apiVersion: string): KubeObjectAny {
  const {apiVersions, olderForms}: Kind = kinds[object.kind]
  if (apiVersion === apiVersions[0]) return object
  return {...(olderForms?.[apiVersion]?.show(object) ?? object), apiVersion} as KubeObjectAny
}

/** An object as an item of a list, which says itself of which kind they are. */
export function presentItem(object: KubeObjectAny, apiVersion: string): object {
  const {kind: _kind, apiVersion: _version, ...shown} = present(object, apiVersion)
  return shown
}

/** Where a list stands in time, and how to go on with one that was cut off. */
export type ListMeta = {
  readonly resourceVersion: string
  readonly continue?: string
  readonly remainingItemCount?: number
}
