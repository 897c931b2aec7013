import {ageOf} from './age.ts'
import type {DataEntries} from './data-entries.ts'
import {dnsSubdomain} from './format.ts'
import type {Kind} from './kind.ts'
import type {KubeObject} from './kube-object.ts'
import {boolean, map, string} from './schema.ts'
import {secretMistakes, secretUpdateMistakes} from './secret-rules.ts'

/** Settings that are not for everybody's eyes. What is stored is in base64, which hides nothing. */
export type Secret = KubeObject & {
  readonly apiVersion: 'v1'
  readonly kind: 'Secret'
  /** Says which entries must be there, such as those of `kubernetes.io/tls`. */
  readonly type?: string
  readonly data?: DataEntries
  /** Only written: it is put into `data`, in base64, before the Secret is stored. */
  readonly stringData?: DataEntries
  readonly immutable?: boolean
}

export const secretKind: Kind<Secret> = {
  kind: 'Secret',
  plural: 'secrets',
  singular: 'secret',
  shortNames: [],
  namespaced: true,
  apiVersions: ['v1'],
  countsGenerations: false,
  name: dnsSubdomain,
  fields: {type: string, data: map(string), stringData: map(string), immutable: boolean},
  required: [],
  defaults: secret => ({...encoded(secret), type: secret.type || 'Opaque'}),
  validate: secretMistakes,
  initial: secret => secret,
  inherit: (secret, before) => ({...secret, ...(!secret.type && before.type && {type: before.type})}),
  validateUpdate: secretUpdateMistakes,
  selectable: [{field: 'type', value: ({type}) => type ?? ''}],
  columns: [
    {name: 'Name', value: secret => secret.metadata.name},
    {name: 'Type', value: ({type}) => type ?? 'Opaque'},
    {name: 'Data', value: ({data = {}}) => `${Object.keys(data).length}`},
    {name: 'Age', value: ageOf},
  ],
}

function encoded({stringData, ...secret}: Secret): Secret {
  if (!stringData) return secret
  const entries = Object.entries(stringData).map(([key, text]) => [key, Buffer.from(text).toString('base64')])
  return {...secret, data: {...secret.data, ...Object.fromEntries(entries)}}
}
