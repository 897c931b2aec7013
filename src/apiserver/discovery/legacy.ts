import type {GroupVersion} from '../resources.ts'
import {resourcesOf} from './resources.ts'

export const apiVersions = {
  kind: 'APIVersions',
  versions: ['v1'],
  serverAddressByClientCIDRs: [{clientCIDR: '0.0.0.0/0', serverAddress: '127.0.0.1:6443'}],
}

export function apiGroupList(groups: readonly GroupVersion[]) {
  const names = [...new Set(groups.map(({group}) => group))]
  return {
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: names.map(name => groupOf(groups.filter(({group}) => group === name))),
  }
}

export function apiGroup(versions: readonly GroupVersion[]) {
  return {kind: 'APIGroup', apiVersion: 'v1', ...groupOf(versions)}
}

export function apiResourceList(version: GroupVersion) {
  return {
    kind: 'APIResourceList',
    ...(version.group !== '' && {apiVersion: 'v1'}),
    groupVersion: version.apiVersion,
    resources: resourcesOf(version).flatMap(resource => [
      {
        name: resource.plural,
        singularName: resource.singular,
        namespaced: resource.namespaced,
        kind: resource.kind.kind,
        verbs: resource.verbs,
        ...(resource.shortNames.length > 0 && {shortNames: resource.shortNames}),
        ...(resource.categories.length > 0 && {categories: resource.categories}),
      },
      ...resource.subresources.map(({name, kind, verbs}) => ({
        name: `${resource.plural}/${name}`,
        singularName: '',
        namespaced: resource.namespaced,
        ...((kind.group !== version.group || kind.version !== version.version) && {
          group: kind.group,
          version: kind.version,
        }),
        kind: kind.kind,
        verbs,
      })),
    ]),
  }
}

function groupOf(versions: readonly GroupVersion[]) {
  const all = versions.map(({apiVersion, version}) => ({groupVersion: apiVersion, version}))
  return {name: versions[0]?.group ?? '', versions: all, preferredVersion: all[0]}
}
