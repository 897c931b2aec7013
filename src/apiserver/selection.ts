import type {Kind} from '../objects/kind.ts'
import {type KindName, type KubeObjectAny, kinds} from '../objects/kinds.ts'
import {matches, parseSelector} from '../objects/selector.ts'
import type {Call} from './call.ts'
import {ApiError} from './status.ts'

/** Which objects of a kind a request is about: its namespace, its name and both of its selectors. */
export type Selection = (object: KubeObjectAny) => boolean

type Selecting = Pick<Call, 'kind' | 'namespace' | 'name' | 'query'>

/** Throws ApiError or SelectorError for selectors that cannot be read, or that ask for a field which cannot be selected by. */
export function selectionOf({kind, namespace, name, query}: Selecting): Selection {
  const labels = parseSelector(query.get('labelSelector') ?? '')
  const fields = fieldRequirements(query.get('fieldSelector') ?? '').map(one => fieldTest(kind, one))
  return object =>
    (namespace === undefined || object.metadata.namespace === namespace) &&
    (name === '' || object.metadata.name === name) &&
    matches(labels, object.metadata.labels) &&
    fields.every(test => test(object))
}

type FieldRequirement = {readonly field: string; readonly equal: boolean; readonly value: string}

/** `status.phase=Running,spec.nodeName!=node1`; in values, a backslash takes the meaning from `,`, `=` and itself. */
export function fieldRequirements(text: string): readonly FieldRequirement[] {
  return text
    .split(/(?<!\\),/)
    .filter(part => part !== '')
    .map(part => {
      const [, field, operator, value = ''] = /^(.*?)(!=|==|=)(.*)$/s.exec(part) ?? []
      if (field === undefined)
        throw new ApiError('BadRequest', `invalid selector: '${text}'; can't understand '${part}'`)
      return {field, equal: operator !== '!=', value: value.replace(/\\([\\,=])/g, '$1')}
    })
}

function fieldTest(name: KindName, {field, equal, value}: FieldRequirement): Selection {
  const read = readerOf(kinds[name], field)
  if (read === undefined) throw new ApiError('BadRequest', unknownField(kinds[name], field))
  return object => (read(object) === value) === equal
}

/** Kinds with fields of their own to choose by say it in other words than the rest. */
function unknownField({selectable}: Kind, field: string): string {
  if (selectable) return `field label not supported: ${field}`
  const known = ['metadata.name', 'metadata.namespace'].map(one => JSON.stringify(one)).join(', ')
  return `${JSON.stringify(field)} is not a known field selector: only ${known}`
}

function readerOf(kind: Kind, field: string): ((object: KubeObjectAny) => string) | undefined {
  if (field === 'metadata.name') return ({metadata}) => metadata.name
  if (field === 'metadata.namespace' && kind.namespaced) return ({metadata}) => metadata.namespace ?? ''
  const found = kind.selectable?.find(one => one.field === field)
  return found && (object => found.value(object as never))
}
