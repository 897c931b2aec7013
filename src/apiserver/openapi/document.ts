import type {Kind} from '../../objects/kind.ts'
import {kinds} from '../../objects/kinds.ts'
import type {GroupVersion} from '../resources.ts'
import {subresources} from '../subresources/index.ts'
import {serverVersion} from '../version.ts'
import {componentsOf, groupVersionKind, type JsonSchema, messageGroup} from './components.ts'
import {definitionOf} from './definition-name.ts'

/**
 * The OpenAPI document of one group version. kubectl reads three things from it: in the paths, that the server checks fields itself
 * (`fieldValidation`) and which kind stands at which path; in the components, what `kubectl explain` prints; and how lists are merged.
 */
export function documentOf(groupVersion: GroupVersion): JsonSchema {
  const served = groupVersion.kinds.map((name): Kind => kinds[name])
  return {
    openapi: '3.0.0',
    info: {title: 'Kubernetes', version: serverVersion.gitVersion},
    paths: Object.fromEntries(served.flatMap(kind => pathsOf(kind, groupVersion))),
    components: {schemas: componentsOf(served, groupVersion.apiVersion)},
  }
}

/** `api/v1`, `apis/apps/v1`. */
export function pathOf({group, apiVersion}: Pick<GroupVersion, 'group' | 'apiVersion'>): string {
  return group === '' ? `api/${apiVersion}` : `apis/${apiVersion}`
}

type Action = 'list' | 'get' | 'post' | 'put' | 'patch' | 'delete' | 'deletecollection'

function pathsOf(kind: Kind, groupVersion: GroupVersion): readonly (readonly [string, JsonSchema])[] {
  const {plural, namespaced, kind: name} = kind
  const base = `/${pathOf(groupVersion)}/${namespaced ? 'namespaces/{namespace}/' : ''}${plural}`
  const operation = (action: Action) => operationOf(action, kind, groupVersion)
  const below = Object.entries(subresources).filter(([, {of}]) => (of as readonly string[]).includes(name))
  return [
    [base, {get: operation('list'), post: operation('post'), delete: operation('deletecollection')}],
    [
      `${base}/{name}`,
      {get: operation('get'), put: operation('put'), patch: operation('patch'), delete: operation('delete')},
    ],
    ...(namespaced ? [[`/${pathOf(groupVersion)}/${plural}`, {get: operation('list')}] as const] : []),
    ...below
      .filter(([, {methods}]) => methods.PATCH !== undefined)
      .map(([word]) => [`${base}/{name}/${word}`, {put: operation('put'), patch: operation('patch')}] as const),
  ]
}

const changing: readonly Action[] = ['post', 'put', 'patch']

function operationOf(action: Action, kind: Kind, groupVersion: GroupVersion): JsonSchema {
  const schema = {$ref: definitionOf(`${messageGroup(kind)}.${kind.kind}`)}
  return {
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': groupVersionKind(groupVersion.apiVersion, kind.kind),
    ...(changing.includes(action) && {parameters, requestBody: {content: {'application/json': {schema}}}}),
    responses: {'200': {description: 'OK', content: {'application/json': {schema}}}},
  }
}

const parameters = [
  ['dryRun', 'All: everything is checked and nothing is stored.'],
  ['fieldManager', 'Who changes the object: the name under which its fields are noted.'],
  ['fieldValidation', 'Strict, Warn or Ignore: what becomes of fields that the server does not know.'],
].map(([name, description]) => ({name, description, in: 'query', schema: {type: 'string', uniqueItems: true}}))
