import {ageOf} from './age.ts'
import {
  base64Mistakes,
  type DataEntries,
  decodedBytes,
  frozenMistakes,
  keyMistakes,
  sizeMistakes,
  textBytes,
} from './data-entries.ts'
import {equal} from './equal.ts'
import {dnsSubdomain} from './format.ts'
import type {Kind} from './kind.ts'
import type {KubeObject} from './kube-object.ts'
import {atKey, invalid, type Mistake} from './mistake.ts'
import {boolean, map, string} from './schema.ts'

/** Settings for programs, as texts or files. */
export type ConfigMap = KubeObject & {
  readonly apiVersion: 'v1'
  readonly kind: 'ConfigMap'
  readonly data?: DataEntries
  /** In base64. */
  readonly binaryData?: DataEntries
  readonly immutable?: boolean
}

export const configMapKind: Kind<ConfigMap> = {
  kind: 'ConfigMap',
  plural: 'configmaps',
  singular: 'configmap',
  shortNames: ['cm'],
  namespaced: true,
  apiVersions: ['v1'],
  countsGenerations: false,
  name: dnsSubdomain,
  fields: {data: map(string), binaryData: map(string), immutable: boolean},
  required: [],
  defaults: configMap => configMap,
  validate: configMapMistakes,
  initial: configMap => configMap,
  inherit: configMap => configMap,
  validateUpdate: configMapUpdateMistakes,
  columns: [
    {name: 'Name', value: configMap => configMap.metadata.name},
    {name: 'Data', value: ({data = {}, binaryData = {}}) => `${Object.keys({...data, ...binaryData}).length}`},
    {name: 'Age', value: ageOf},
  ],
}

function configMapMistakes({data = {}, binaryData = {}}: ConfigMap): Mistake[] {
  const twice = Object.keys(data).filter(key => Object.hasOwn(binaryData, key))
  return [
    ...keyMistakes(data, ['data']),
    ...twice.map(key => invalid(['data', atKey(key)], key, 'duplicate of key present in binaryData')),
    ...keyMistakes(binaryData, ['binaryData']),
    ...base64Mistakes(binaryData, ['binaryData']),
    ...sizeMistakes(textBytes(data) + decodedBytes(binaryData), ['[]']),
  ]
}

function configMapUpdateMistakes(configMap: ConfigMap, before: ConfigMap): Mistake[] {
  if (!before.immutable) return []
  return frozenMistakes({
    immutable: !configMap.immutable,
    data: !equal(configMap.data ?? {}, before.data ?? {}),
    binaryData: !equal(configMap.binaryData ?? {}, before.binaryData ?? {}),
  })
}
