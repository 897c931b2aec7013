import {ageOf} from './age.ts'
import {type Condition, conditionsSchema} from './condition.ts'
import {dnsLabel} from './format.ts'
import type {Kind} from './kind.ts'
import type {KubeObject} from './kube-object.ts'
import {finalizer} from './metadata.ts'
import {list, record, string, text} from './schema.ts'
import {timestamp} from './timestamp.ts'

/** A space for names. `Terminating` while its content goes away. */
export type Namespace = KubeObject & {
  readonly apiVersion: 'v1'
  readonly kind: 'Namespace'
  readonly spec?: NamespaceSpec
  readonly status?: {readonly phase: 'Active' | 'Terminating'; readonly conditions?: readonly Condition[]}
}

type NamespaceSpec = {readonly finalizers?: readonly string[]}

/** Every namespace carries its name as a label, so that selectors can find it. */
const nameLabel = 'kubernetes.io/metadata.name'

export const namespaceKind: Kind<Namespace> = {
  kind: 'Namespace',
  plural: 'namespaces',
  singular: 'namespace',
  shortNames: ['ns'],
  namespaced: false,
  apiVersions: ['v1'],
  countsGenerations: false,
  name: dnsLabel,
  hasStatus: true,
  fields: {
    spec: record({finalizers: list(text(finalizer))}),
    status: record({phase: string, conditions: conditionsSchema}),
  },
  selectable: [
    {field: 'status.phase', value: namespace => namespace.status?.phase ?? ''},
    {field: 'name', value: namespace => namespace.metadata.name},
  ],
  required: [],
  defaults: namespace => ({
    ...namespace,
    metadata: {...namespace.metadata, labels: {...namespace.metadata.labels, [nameLabel]: namespace.metadata.name}},
  }),
  validate: () => [],
  initial: namespace => ({...namespace, spec: {finalizers: ['kubernetes']}, status: {phase: 'Active'}}),
  inherit: (namespace, before) => ({...namespace, ...(before.spec && {spec: before.spec})}),
  validateUpdate: () => [],
  terminating: (namespace, {now}) => ({
    ...namespace,
    metadata: {...namespace.metadata, deletionTimestamp: namespace.metadata.deletionTimestamp ?? timestamp(now)},
    status: {...namespace.status, phase: 'Terminating'},
  }),
  columns: [
    {name: 'Name', value: namespace => namespace.metadata.name},
    {name: 'Status', value: namespace => namespace.status?.phase ?? ''},
    {name: 'Age', value: ageOf},
  ],
}
