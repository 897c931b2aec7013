import test from 'ava'
import {componentsOf} from '../../../src/apiserver/openapi/components.ts'
import {documentOf} from '../../../src/apiserver/openapi/document.ts'
import {groupVersions} from '../../../src/apiserver/resources.ts'
import type {Kind} from '../../../src/objects/kind.ts'
import {kinds} from '../../../src/objects/kinds.ts'

type Definition = {
  readonly description: string
  readonly properties?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly required?: readonly string[]
}

const all = Object.values(kinds) as Kind[]

function definitions(apiVersion: string): Readonly<Record<string, Definition>> {
  const served = all.filter(({apiVersions}) => apiVersions[0] === apiVersion)
  return componentsOf(served, apiVersion) as Readonly<Record<string, Definition>>
}

const core = definitions('v1')
const property = (name: string, field: string) => core[`io.k8s.api.core.v1.${name}`]?.properties?.[field]

test('every kind has a definition, and it says which kind it defines', t => {
  for (const {kind, apiVersions} of all) {
    const found = Object.entries(definitions(apiVersions[0])).find(([name]) => name.endsWith(`.${kind}`))
    t.like(found?.[1], {type: 'object'}, kind)
    t.true(JSON.stringify(found?.[1]).includes(`"kind":"${kind}"`), kind)
  }
})

test('every field of every kind is described', t => {
  const silent = all.flatMap(({apiVersions}) =>
    Object.entries(definitions(apiVersions[0])).flatMap(([name, {description, properties = {}}]) => [
      ...(description === '' ? [name] : []),
      ...Object.entries(properties).flatMap(([field, {description: said}]) =>
        said === '' ? [`${name}.${field}`] : [],
      ),
    ]),
  )
  t.deepEqual([...new Set(silent)], [], 'say what it is in src/apiserver/openapi/descriptions')
})

test('every reference leads to a definition of the same document', t => {
  for (const groupVersion of groupVersions) {
    const text = JSON.stringify(documentOf(groupVersion))
    const names = new Set(Object.keys((JSON.parse(text).components as {schemas: object}).schemas))
    const references = [...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(match => match[1] ?? '')
    t.deepEqual(
      [...new Set(references)].filter(name => !names.has(name)),
      [],
      groupVersion.apiVersion,
    )
    t.true(references.length > 0)
  }
})

test('lists that patches merge say by what, as a real server does', t => {
  t.like(property('PodSpec', 'containers'), {
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['name'],
    'x-kubernetes-patch-merge-key': 'name',
    'x-kubernetes-patch-strategy': 'merge',
  })
  t.like(property('Container', 'ports'), {
    'x-kubernetes-list-map-keys': ['containerPort', 'protocol'],
    'x-kubernetes-patch-merge-key': 'containerPort',
  })
  t.like(property('ServiceSpec', 'ports'), {'x-kubernetes-patch-merge-key': 'port'})
  t.is(property('Container', 'command')?.['x-kubernetes-list-type'], 'atomic')
})

test('types are those of the wire format', t => {
  t.like(property('ServicePort', 'port'), {type: 'integer', format: 'int32'})
  t.like(property('Service', 'kind'), {type: 'string'})
  t.like(property('ServiceSpec', 'selector'), {type: 'object', additionalProperties: {type: 'string'}})
  t.like(property('ServiceSpec', 'ports'), {
    type: 'array',
    items: {allOf: [{$ref: '#/components/schemas/io.k8s.api.core.v1.ServicePort'}]},
  })
  t.like(property('ServicePort', 'targetPort'), {
    allOf: [{$ref: '#/components/schemas/io.k8s.apimachinery.pkg.util.intstr.IntOrString'}],
  })
  t.deepEqual(core['io.k8s.api.core.v1.ServicePort']?.required, ['port'])
})

test('a part that stands in the place of its fields has them there', t => {
  t.truthy(property('Probe', 'httpGet'))
  t.is(property('Probe', '+'), undefined)
})

test('the paths say that the server checks fields itself', t => {
  const v1 = groupVersions.find(({apiVersion}) => apiVersion === 'v1')
  const paths = (v1 ? documentOf(v1).paths : {}) as Readonly<Record<string, Readonly<Record<string, unknown>>>>
  t.like(paths['/api/v1/namespaces/{namespace}/pods/{name}']?.patch, {
    'x-kubernetes-group-version-kind': {group: '', kind: 'Pod', version: 'v1'},
    parameters: {2: {name: 'fieldValidation', in: 'query'}},
  })
  t.truthy(paths['/api/v1/nodes']?.get)
  t.truthy(paths['/api/v1/pods']?.get)
})
