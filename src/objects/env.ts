import {dataKey} from './data-entries.ts'
import {
  fieldRefDefaults,
  fieldRefMistakes,
  fieldRefSchema,
  resourceFieldRefSchema,
  resourceRefMistakes,
} from './field-ref.ts'
import {dnsSubdomain, environmentName, type Format} from './format.ts'
import {invalid, type Mistake, type Path, required} from './mistake.ts'
import {boolean, list, listBy, record, type Schema, string, text} from './schema.ts'

/** A variable of a container's environment; `$(NAME)` in its value means another one. */
export type EnvVar = {readonly name: string; readonly value?: string; readonly valueFrom?: EnvSource}

/** Where a value comes from: exactly one of the four. */
export type EnvSource = {
  readonly fieldRef?: {readonly apiVersion?: string; readonly fieldPath: string}
  readonly resourceFieldRef?: {readonly containerName?: string; readonly resource: string; readonly divisor?: unknown}
  readonly configMapKeyRef?: KeyReference
  readonly secretKeyRef?: KeyReference
}

export type KeyReference = {readonly name?: string; readonly key: string; readonly optional?: boolean}

/** All entries of a ConfigMap or a Secret as variables. */
export type EnvFrom = {
  readonly prefix?: string
  readonly configMapRef?: {readonly name?: string; readonly optional?: boolean}
  readonly secretRef?: {readonly name?: string; readonly optional?: boolean}
}

export type HasEnv = {readonly env?: readonly EnvVar[]; readonly envFrom?: readonly EnvFrom[]}

const keyReference = record({name: string, key: string, optional: boolean}, ['key'])
const reference = record({name: string, optional: boolean})
const prefix: Format = text => (text === '' ? undefined : environmentName(text))

export const envFields: Readonly<Record<string, Schema>> = {
  env: listBy(
    ['name'],
    record(
      {
        name: text(environmentName),
        value: string,
        valueFrom: record({
          fieldRef: fieldRefSchema,
          resourceFieldRef: resourceFieldRefSchema,
          configMapKeyRef: keyReference,
          secretKeyRef: keyReference,
        }),
      },
      ['name'],
    ),
  ),
  envFrom: list(record({prefix: text(prefix), configMapRef: reference, secretRef: reference})),
}

export function envDefaults({env}: HasEnv): Pick<HasEnv, 'env'> {
  if (!env) return {}
  return {
    env: env.map(({valueFrom, ...variable}) => ({
      ...variable,
      ...(valueFrom && {valueFrom: fieldRefDefaults(valueFrom)}),
    })),
  }
}

/** What is wrong with a container's environment; `path` leads to the container. */
export function envMistakes({env = [], envFrom = []}: HasEnv, path: Path): Mistake[] {
  return [
    ...env.flatMap((variable, index) => sourceMistakes(variable, [...path, 'env', index, 'valueFrom'])),
    ...envFrom.flatMap((from, index) => fromMistakes(from, [...path, 'envFrom'], index)),
  ]
}

function sourceMistakes({value, valueFrom}: EnvVar, path: Path): Mistake[] {
  if (!valueFrom) return []
  const kinds = (['fieldRef', 'resourceFieldRef', 'configMapKeyRef', 'secretKeyRef'] as const).filter(
    kind => valueFrom[kind],
  )
  const several = 'may not have more than one field specified at a time'
  const none = 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`'
  return [
    ...(value ? [invalid(path, '', 'may not be specified when `value` is not empty')] : []),
    ...(kinds.length === 0 ? [invalid(path, '', none)] : []),
    ...(kinds.length > 1 ? [invalid(path, '', several)] : []),
    ...(valueFrom.fieldRef ? fieldRefMistakes(valueFrom.fieldRef, fields, [...path, 'fieldRef']) : []),
    ...(valueFrom.resourceFieldRef
      ? resourceRefMistakes(valueFrom.resourceFieldRef, [...path, 'resourceFieldRef'], {ofFile: false})
      : []),
    ...keyMistakes(valueFrom.configMapKeyRef, [...path, 'configMapKeyRef']),
    ...keyMistakes(valueFrom.secretKeyRef, [...path, 'secretKeyRef']),
  ]
}

const fields = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
]

function keyMistakes(reference: KeyReference | undefined, path: Path): Mistake[] {
  if (!reference) return []
  const {name = '', key} = reference
  const [wrongName, wrongKey] = [dnsSubdomain(name), dataKey(key)]
  return [
    ...(wrongName === undefined ? [] : [invalid([...path, 'name'], name, wrongName)]),
    ...(key === '' ? [required([...path, 'key'])] : []),
    ...(key === '' || wrongKey === undefined ? [] : [invalid([...path, 'key'], key, wrongKey)]),
  ]
}

/* Kubernetes does not say which of the entries it is, unless it lacks a name. */
function fromMistakes({configMapRef, secretRef}: EnvFrom, list: Path, index: number): Mistake[] {
  const path = [...list, index]
  const several = 'may not have more than one field specified at a time'
  if (configMapRef && secretRef) return [{...invalid(path, '', several), printed: list}]
  if (!configMapRef && !secretRef)
    return [{...invalid(path, '', 'must specify one of: `configMapRef` or `secretRef`'), printed: list}]
  const named = (configMapRef ?? secretRef)?.name
  return named ? [] : [required([...path, configMapRef ? 'configMapRef' : 'secretRef', 'name'])]
}
