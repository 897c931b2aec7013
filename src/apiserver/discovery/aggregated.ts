import type {GroupVersion} from '../resources.ts'
import {resourcesOf} from './resources.ts'

/** Everything at once: groups, their versions, and what each offers. */
export function aggregated(groups: readonly GroupVersion[], version: 'v2' | 'v2beta1') {
  const names = [...new Set(groups.map(({group}) => group))]
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: names.map(name => ({
      metadata: {...(name !== '' && {name}), creationTimestamp: null},
      versions: groups.filter(({group}) => group === name).map(versionOf),
    })),
  }
}

function versionOf(groupVersion: GroupVersion) {
  return {
    version: groupVersion.version,
    freshness: 'Current',
    resources: resourcesOf(groupVersion).map(
      ({plural, singular, namespaced, kind, verbs, shortNames, categories, subresources}) => ({
        resource: plural,
        responseKind: kind,
        scope: namespaced ? 'Namespaced' : 'Cluster',
        singularResource: singular,
        verbs,
        ...(shortNames.length > 0 && {shortNames}),
        ...(categories.length > 0 && {categories}),
        ...(subresources.length > 0 && {
          subresources: subresources.map(below => ({
            subresource: below.name,
            responseKind: below.kind,
            verbs: below.verbs,
          })),
        }),
      }),
    ),
  }
}
