import test from 'ava'
import protobuf from 'protobufjs'
import {testApi} from '../_api.ts'

/* As much of gnostic's OpenAPIv2.proto as kubectl 1.20 looks at. */
const {root} = protobuf.parse(
  `
  syntax = "proto3";
  message Document { string swagger = 1; Paths paths = 8; Definitions definitions = 9; }
  message Paths { repeated NamedPathItem path = 2; }
  message NamedPathItem { string name = 1; PathItem value = 2; }
  message PathItem { Operation patch = 8; }
  message Operation { repeated ParametersItem parameters = 8; repeated NamedAny vendor_extension = 13; }
  message ParametersItem { Parameter parameter = 1; }
  message Parameter { NonBodyParameter non_body_parameter = 2; }
  message NonBodyParameter { Query query_parameter_sub_schema = 3; }
  message Query { string in = 2; string name = 4; string type = 6; }
  message Definitions { repeated NamedSchema additional_properties = 1; }
  message NamedSchema { string name = 1; Schema value = 2; }
  message Schema {
    string _ref = 1; string format = 2; string description = 4; repeated string required = 19; Additional additional_properties = 21;
    Types type = 22; Items items = 23; Definitions properties = 25; repeated NamedAny vendor_extension = 31;
  }
  message Additional { Schema schema = 1; }
  message Types { repeated string value = 1; }
  message Items { repeated Schema schema = 1; }
  message NamedAny { string name = 1; Any value = 2; }
  message Any { string yaml = 2; }
`,
  {keepCase: true},
)

type Named<T> = {readonly name: string; readonly value: T}
type Extensions = readonly Named<{readonly yaml: string}>[]
type Schema = {
  readonly _ref?: string
  readonly format?: string
  readonly required?: readonly string[]
  readonly type?: {readonly value: readonly string[]}
  readonly items?: {readonly schema: readonly Schema[]}
  readonly additional_properties?: {readonly schema: Schema}
  readonly properties?: {readonly additional_properties: readonly Named<Schema>[]}
  readonly vendor_extension?: Extensions
}

async function read() {
  const {ask} = testApi()
  const answer = await ask('GET', '/openapi/v2')
  const {body} = await import('../../../src/apiserver/openapi/index.ts').then(({openApiV2}) => openApiV2({}))
  const type = root.lookupType('Document')
  const document = type.toObject(type.decode(body as Buffer)) as {
    readonly swagger: string
    readonly paths: {
      readonly path: readonly Named<{patch: {parameters: readonly unknown[]; vendor_extension: Extensions}}>[]
    }
    readonly definitions: {readonly additional_properties: readonly Named<Schema>[]}
  }
  const schemas = new Map(document.definitions.additional_properties.map(({name, value}) => [name, value]))
  return {answer, document, schemas}
}

const field = (schema: Schema | undefined, name: string) =>
  schema?.properties?.additional_properties.find(one => one.name === name)?.value
const kindsOf = (schema: Pick<Schema, 'vendor_extension'> | undefined) =>
  JSON.parse(schema?.vendor_extension?.find(({name}) => name === 'x-kubernetes-group-version-kind')?.value.yaml ?? '[]')

test('the older document is one for all group versions, in the form of gnostic', async t => {
  const {answer, document} = await read()
  t.is(answer.status, 200)
  t.is(answer.headers?.['content-type'], 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf')
  t.is(document.swagger, '2.0')
})

test('whoever has it already is not sent it again', async t => {
  const {ask} = testApi()
  const {headers} = await ask('GET', '/openapi/v2')
  const again = await ask('GET', '/openapi/v2', {headers: {'if-none-match': String(headers?.etag)}})
  t.deepEqual([again.status, again.text], [304, ''])
})

test('a field is of a type, a list of items, a map of values, or of a definition', async t => {
  const {schemas} = await read()
  const port = schemas.get('io.k8s.api.core.v1.ServicePort')
  t.deepEqual(field(port, 'port')?.type?.value, ['integer'])
  t.deepEqual(port?.required, ['port'])
  t.is(field(port, 'targetPort')?._ref, '#/definitions/io.k8s.apimachinery.pkg.util.intstr.IntOrString')
  const text = schemas.get('io.k8s.apimachinery.pkg.util.intstr.IntOrString')
  t.deepEqual([text?.type?.value, text?.format], [['string'], 'int-or-string'])
  const spec = schemas.get('io.k8s.api.core.v1.ServiceSpec')
  t.is(field(spec, 'ports')?.items?.schema[0]?._ref, '#/definitions/io.k8s.api.core.v1.ServicePort')
  t.deepEqual(field(spec, 'selector')?.additional_properties?.schema.type?.value, ['string'])
})

test('lists say by what patches merge them', async t => {
  const {schemas} = await read()
  const containers = field(schemas.get('io.k8s.api.core.v1.PodSpec'), 'containers')
  const said = Object.fromEntries(
    (containers?.vendor_extension ?? []).map(({name, value}) => [name, JSON.parse(value.yaml)]),
  )
  t.is(said['x-kubernetes-patch-merge-key'], 'name')
  t.is(said['x-kubernetes-patch-strategy'], 'merge')
})

test('every reference leads to a definition', async t => {
  const {document, schemas} = await read()
  const references = JSON.stringify(document).matchAll(/"#\/definitions\/([^"]*)"/g)
  for (const [, name = ''] of references) t.true(schemas.has(name), name)
})

test('a definition stands for its kind in every version that has the same fields, and in no other', async t => {
  const {schemas} = await read()
  const versions = (name: string) =>
    kindsOf(schemas.get(name)).map(({group, version}: {group: string; version: string}) => `${group}/${version}`)
  t.deepEqual(versions('io.k8s.api.apps.v1.Deployment'), [
    'apps/v1',
    'apps/v1beta2',
    'apps/v1beta1',
    'extensions/v1beta1',
  ])
  t.deepEqual(versions('io.k8s.api.networking.v1.Ingress'), ['networking.k8s.io/v1'])
})

test('a patch of each kind may be tried without storing it', async t => {
  const {document} = await read()
  const path = document.paths.path.find(({name}) => name === '/apis/apps/v1/namespaces/{namespace}/deployments/{name}')
  t.true(JSON.stringify(path?.value.patch.parameters).includes('"name":"dryRun"'))
  t.deepEqual(kindsOf(path?.value.patch), {group: 'apps', kind: 'Deployment', version: 'v1'})
})
