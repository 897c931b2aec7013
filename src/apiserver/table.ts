import type {Kind} from '../objects/kind.ts'
import {type KindName, type KubeObjectAny, kinds} from '../objects/kinds.ts'
import type {Column} from '../objects/table.ts'
import type {Form} from './accept.ts'

/** What goes with a row of a table: `includeObject` of the query. */
export type Included = 'None' | 'Metadata' | 'Object'

/** Headings as clients get them; those of a priority above 0 are for `-o wide`. */
export function columnDefinitions(kind: KindName) {
  return columnsOf(kind).map(({name, wide, type}) => ({
    name,
    type: type ?? 'string',
    format: name === 'Name' ? 'name' : '',
    description: descriptions[name] ?? '',
    priority: wide ? 1 : 0,
  }))
}

/** One object as a row. `present` makes of it what the client sees where it wants the whole object. */
export function rowOf(
  object: KubeObjectAny,
  {
    included,
    now,
    present,
    form,
  }: {included: Included; now: number; present: (object: KubeObjectAny) => unknown; form: Form},
) {
  const cells = columnsOf(object.kind).map(column => cellOf(column, object, now))
  switch (included) {
    case 'None':
      return {cells, object: null}
    case 'Metadata':
      return {cells, object: partialObject(object, form)}
    case 'Object':
      return {cells, object: present(object)}
  }
}

export function partialObject({metadata}: KubeObjectAny, {version}: Pick<Form, 'version'>) {
  return {kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${version}`, metadata}
}

function columnsOf(kind: KindName): readonly Column<KubeObjectAny>[] {
  return (kinds[kind] as Kind).columns as unknown as readonly Column<KubeObjectAny>[]
}

function cellOf({type, value}: Column<KubeObjectAny>, object: KubeObjectAny, now: number): string | number {
  const text = value(object, now)
  return type === 'integer' && /^-?\d+$/.test(text) ? Number(text) : text
}

const descriptions: Readonly<Record<string, string>> = {
  Name: 'The name, unique among the objects of its kind and namespace.',
  Age: 'How long ago the object was made.',
  Ready: 'How many are ready, of how many.',
  Status: 'The state of the whole, in one word.',
  Restarts: 'How often containers were started anew, and when last.',
  IP: 'The address that the pod can be reached at.',
  Node: 'The node that the pod is on.',
  'Cluster-IP': 'The address that the service has inside the cluster.',
  'Port(s)': 'The ports that the service serves.',
  Selector: 'The labels by which it chooses its pods.',
  Endpoints: 'The addresses and ports behind the service.',
}
