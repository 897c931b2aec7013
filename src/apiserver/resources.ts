import type {Kind} from '../objects/kind.ts'
import {type KindName, kinds} from '../objects/kinds.ts'

/** A version of an API group and the kinds that it serves. The group of the oldest kinds has no name. */
export type GroupVersion = {
  readonly group: string
  readonly version: string
  /** `v1`, `apps/v1`. */
  readonly apiVersion: string
  readonly kinds: readonly KindName[]
}

/** Every group version, those of one group together, the preferred first; groups that exist for old manifests come last. */
export const groupVersions: readonly GroupVersion[] = allGroupVersions()

/** The kind that a path's resource means in a group version: `pods` of `v1`. */
export function kindAt(apiVersion: string, plural: string): KindName | undefined {
  return groupVersions.find(one => one.apiVersion === apiVersion)?.kinds.find(name => kinds[name].plural === plural)
}

export function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : ''
}

export function versionOf(apiVersion: string): string {
  return apiVersion.split('/').at(-1) ?? ''
}

function allGroupVersions(): readonly GroupVersion[] {
  const found = new Map<string, KindName[]>()
  for (const kind of Object.values(kinds) as Kind[])
    for (const apiVersion of kind.apiVersions)
      found.set(apiVersion, [...(found.get(apiVersion) ?? []), kind.kind as KindName])
  return [...found]
    .map(([apiVersion, names]) => ({
      group: groupOf(apiVersion),
      version: versionOf(apiVersion),
      apiVersion,
      kinds: names.toSorted((a, b) => (kinds[a].plural < kinds[b].plural ? -1 : 1)),
    }))
    .toSorted((a, b) => rank(a) - rank(b) || compare(a.group, b.group) || maturity(a.version) - maturity(b.version))
}

function rank({group}: {group: string}): number {
  return group === '' ? 0 : group === 'apps' ? 1 : group === 'extensions' ? 3 : 2
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** `v2`, `v1`, `v1beta2`, `v1beta1`: the stable first, then the newer. */
function maturity(version: string): number {
  const [, major = '0', stage, minor = '0'] = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version) ?? []
  const stages = {beta: 1000, alpha: 2000} as Readonly<Record<string, number>>
  return (stages[stage ?? ''] ?? 0) - Number(major) * 10 - Number(minor)
}
