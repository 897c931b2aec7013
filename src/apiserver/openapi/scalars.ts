import type {Scalar} from '../protobuf/messages.ts'
import type {JsonSchema} from './components.ts'

const machinery = 'io.k8s.apimachinery.pkg'

/** The definitions of values that are no objects but have a form of their own. */
export const scalarSchemas: Readonly<Record<string, JsonSchema>> = {
  [`${machinery}.apis.meta.v1.Time`]: {
    description: 'A moment, to the second: 2026-11-21T10:00:00Z.',
    type: 'string',
    format: 'date-time',
  },
  [`${machinery}.apis.meta.v1.MicroTime`]: {
    description: 'A moment, to the microsecond: 2026-11-21T10:00:00.000000Z.',
    type: 'string',
    format: 'date-time',
  },
  [`${machinery}.apis.meta.v1.FieldsV1`]: {
    description:
      'Fields as a tree: keys that begin with `f:` are fields, with `k:` items of a list, with `v:` its values.',
    type: 'object',
  },
  [`${machinery}.runtime.RawExtension`]: {description: 'Any object.', type: 'object'},
  [`${machinery}.api.resource.Quantity`]: {
    description: 'An amount: a number with an optional unit, such as 500m, 2, 64Mi or 1G.',
    oneOf: [{type: 'string'}, {type: 'number'}],
  },
  [`${machinery}.util.intstr.IntOrString`]: {
    description: 'A number, or a text such as a name or 25%.',
    format: 'int-or-string',
    oneOf: [{type: 'integer'}, {type: 'string'}],
  },
}

/** A scalar as OpenAPI writes it. */
export function scalarSchema(scalar: Scalar): JsonSchema {
  switch (scalar) {
    case 'string':
    case 'duration':
      return {type: 'string'}
    case 'bool':
      return {type: 'boolean'}
    case 'int':
      return {type: 'integer', format: 'int32'}
    case 'float':
      return {type: 'number', format: 'double'}
    case 'bytes':
      return {type: 'string', format: 'byte'}
    case 'time':
      return reference('apis.meta.v1.Time')
    case 'microTime':
      return reference('apis.meta.v1.MicroTime')
    case 'fields':
      return reference('apis.meta.v1.FieldsV1')
    case 'raw':
      return reference('runtime.RawExtension')
    case 'quantity':
      return reference('api.resource.Quantity')
    case 'intOrString':
      return reference('util.intstr.IntOrString')
  }
}

function reference(name: string): JsonSchema {
  return {$ref: `#/components/schemas/${machinery}.${name}`}
}
