import {kindOf} from '../objects/kinds.ts'
import {type Field, groupOf, messageNamed, type Scalar} from './protobuf/messages.ts'

/**
 * What the API server's own types are called. Its messages name them when a value has the wrong type: `cannot unmarshal number into Go
 * struct field Container.spec.containers.image of type string`. A path is one of fields, without the indexes of lists.
 */
export function structAt(kind: string, path: readonly string[]): string {
  const field = path.length === 0 ? undefined : fieldAt(kind, path)
  return field?.type === 'message' ? nameOf(field.message) : (path.at(-1) ?? kind)
}

/** The type of what a path leads to: `string`, `[]v1.Container`, `v1.PodSpec`; undefined when the path leads nowhere. */
export function typeAt(kind: string, path: readonly string[]): string | undefined {
  const field = fieldAt(kind, path)
  if (field === undefined) return undefined
  const one = elementType(field)
  switch (field.many) {
    case 'one':
      return one
    case 'list':
      return `[]${one}`
    case 'map':
      return one === quantity ? 'v1.ResourceList' : `map[string]${one}`
  }
}

/** The type of what stands in a list, or in a map, at a path. */
export function itemTypeAt(kind: string, path: readonly string[]): string | undefined {
  const field = fieldAt(kind, path)
  return field && elementType(field)
}

/** What a text at a path is read as: bytes in base64, a time, a quantity, or itself. */
export function scalarAt(kind: string, path: readonly string[]): Scalar | undefined {
  const field = fieldAt(kind, path)
  return field === undefined || field.type === 'message' ? undefined : field.type
}

const quantity = 'resource.Quantity'

function elementType(field: Field): string {
  switch (field.type) {
    case 'message':
      return `v1.${nameOf(field.message)}`
    case 'int':
      return longs.has(field.name) ? 'int64' : 'int32'
    // Go's name for a number that may be text is that of the number in it: the text is looked at first.
    case 'intOrString':
      return 'int32'
    case 'float':
      return 'float64'
    case 'bytes':
      return '[]uint8'
    case 'quantity':
      return quantity
    case 'string':
    case 'time':
    case 'microTime':
    case 'duration':
      return 'string'
    case 'bool':
      return 'bool'
    case 'fields':
      return 'v1.FieldsV1'
    case 'raw':
      return 'runtime.RawExtension'
  }
}

/** Numbers of 64 bits; all others have 32. */
const longs = new Set([
  'activeDeadlineSeconds',
  'deletionGracePeriodSeconds',
  'expirationSeconds',
  'fsGroup',
  'generation',
  'observedGeneration',
  'revision',
  'runAsGroup',
  'runAsUser',
  'sizeBytes',
  'supplementalGroups',
  'terminationGracePeriodSeconds',
  'tolerationSeconds',
])

function fieldAt(kind: string, path: readonly string[]): Field | undefined {
  const apiVersion = kindOf(kind)?.apiVersions[0]
  let message = `${(apiVersion && groupOf(apiVersion)) ?? 'core'}.${kind}`
  let field: Field | undefined
  for (const name of path) {
    field = fieldNamed(message, name)
    if (field === undefined) return undefined
    message = field.type === 'message' ? field.message : ''
  }
  return field
}

/** A field of a message, or of one whose fields stand where it stands itself. */
function fieldNamed(message: string, name: string): Field | undefined {
  const [group = '', type = ''] = message.split('.')
  for (const field of messageNamed(group, type)?.values() ?? []) {
    const found = field.name === '+' && field.type === 'message' ? fieldNamed(field.message, name) : undefined
    if (found) return found
    if (field.name === name) return field
  }
  return undefined
}

function nameOf(message: string): string {
  return message.slice(message.indexOf('.') + 1)
}
