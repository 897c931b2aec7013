import {createHash} from 'node:crypto'
import {kinds} from '../objects/kinds.ts'
import {json} from './answer.ts'
import type {Answer} from './call.ts'
import {type GroupVersion, groupVersions} from './resources.ts'
import {noSuchPath} from './status.ts'

/** The least of OpenAPI that `kubectl create` and `apply` need: that the server checks fields itself (`fieldValidation`). */
export function openApiV3(path: readonly string[]): Answer {
  if (path.length === 0)
    return json({
      paths: Object.fromEntries(
        groupVersions.map(one => [pathOf(one), {serverRelativeURL: `/openapi/v3/${pathOf(one)}?hash=${hashOf(one)}`}]),
      ),
    })
  const found = groupVersions.find(one => pathOf(one) === path.join('/'))
  if (found === undefined) throw noSuchPath()
  const {headers, ...answer} = json(documentOf(found))
  return {
    ...answer,
    headers: {
      ...headers,
      etag: `"${hashOf(found)}"`,
      'cache-control': 'public, immutable',
      expires: 'Thu, 31 Dec 2037 23:55:55 GMT',
    },
  }
}

/** An empty document: old clients ask for one, and are content with it. */
export function openApiV2(): Answer {
  return {
    status: 200,
    headers: {'content-type': 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf'},
    // A Document whose first field, `swagger`, is 2.0.
    body: Buffer.from('0a03322e30', 'hex'),
  }
}

function pathOf({group, apiVersion}: GroupVersion): string {
  return group === '' ? `api/${apiVersion}` : `apis/${apiVersion}`
}

function hashOf(groupVersion: GroupVersion): string {
  return createHash('sha256')
    .update(JSON.stringify(documentOf(groupVersion)))
    .digest('hex')
    .slice(0, 32)
    .toUpperCase()
}

function documentOf(groupVersion: GroupVersion) {
  const {group, version} = groupVersion
  const parameters = ['dryRun', 'fieldManager', 'fieldValidation'].map(name => ({
    name,
    in: 'query',
    schema: {type: 'string', uniqueItems: true},
  }))
  const paths = groupVersion.kinds.flatMap(name => {
    const {plural, namespaced} = kinds[name]
    const gvk = {group, kind: name, version}
    const base = `/${pathOf(groupVersion)}/${namespaced ? 'namespaces/{namespace}/' : ''}${plural}`
    const operation = (action: string) => ({
      'x-kubernetes-action': action,
      'x-kubernetes-group-version-kind': gvk,
      parameters,
      responses: {'200': {description: 'OK'}},
    })
    return [
      [base, {post: operation('post')}],
      [`${base}/{name}`, {put: operation('put'), patch: operation('patch')}],
    ] as const
  })
  return {
    openapi: '3.0.0',
    info: {title: 'Kubernetes', version: 'v1.32.0'},
    paths: Object.fromEntries(paths),
    components: {schemas: {}},
  }
}
