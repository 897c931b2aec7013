import type {Kind} from '../objects/kind.ts'
import {type KindName, type KubeObjectAny, kinds} from '../objects/kinds.ts'

/** An object in the version that was asked for. */
export function present(object: KubeObjectAny, apiVersion: string): KubeObjectAny {
  const {apiVersions, olderForms}: Kind = kinds[object.kind]
  if (apiVersion === apiVersions[0]) return object
  return {...(olderForms?.[apiVersion]?.show(object) ?? object), apiVersion} as KubeObjectAny
}

/** A list of objects of one kind; its items do not repeat what the list says. */
export function presentList(
  kind: KindName,
  {apiVersion, items, metadata}: {apiVersion: string; items: readonly KubeObjectAny[]; metadata: ListMeta},
) {
  return {
    kind: `${kind}List`,
    apiVersion,
    metadata,
    items: items.map(item => {
      const {kind: _kind, apiVersion: _version, ...shown} = present(item, apiVersion)
      return shown
    }),
  }
}

/** Where a list stands in time, and how to go on with one that was cut off. */
export type ListMeta = {
  readonly resourceVersion: string
  readonly continue?: string
  readonly remainingItemCount?: number
}
