import type {EnvSource} from './env.ts'
import {invalid, type Mistake, notSupported, type Path, required} from './mistake.ts'
import {quantity} from './resources.ts'
import {record, type Schema, string} from './schema.ts'

/*
 * The downward API: what a container may know of its own pod, as a variable or as a file. Which fields there are differs: only a variable
 * tells of addresses, only a file of all labels.
 */

type FieldRef = NonNullable<EnvSource['fieldRef']>
type ResourceRef = NonNullable<EnvSource['resourceFieldRef']>

export const fieldRefSchema: Schema = record({apiVersion: string, fieldPath: string})

export const resourceFieldRefSchema: Schema = record({containerName: string, resource: string, divisor: quantity})

/** What the API server fills in. */
export function fieldRefDefaults<T extends Pick<EnvSource, 'fieldRef' | 'resourceFieldRef'>>(source: T): T {
  const {fieldRef, resourceFieldRef} = source
  return {
    ...source,
    ...(fieldRef && {fieldRef: {apiVersion: 'v1', ...fieldRef}}),
    ...(resourceFieldRef && {resourceFieldRef: {...resourceFieldRef, divisor: resourceFieldRef.divisor ?? '0'}}),
  }
}

const inMaps = /^(metadata\.(?:labels|annotations))\['[^']+'\]$/

/** Every field that has a name at all. */
const known = [
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.restartPolicy',
  'spec.schedulerName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.phase',
  'status.podIP',
  'status.podIPs',
]

/** What is wrong with a reference to one of `fields`; `path` leads to it. */
export function fieldRefMistakes({fieldPath: field = ''}: FieldRef, fields: readonly string[], path: Path): Mistake[] {
  const place = [...path, 'fieldPath']
  if (field === '') return [required(place)]
  if (fields.includes(field) || inMaps.test(field)) return []
  if (known.includes(field)) return [notSupported(place, field, fields)]
  return [invalid(place, field, `error converting fieldPath: field label not supported: ${field}`)]
}

const resources = ['limits', 'requests'].flatMap(kind =>
  ['cpu', 'ephemeral-storage', 'memory'].map(resource => `${kind}.${resource}`),
)

/** What is wrong with a reference to a resource; a file has to say of which container it tells. */
export function resourceRefMistakes(
  {containerName = '', resource = '', divisor: said}: ResourceRef,
  path: Path,
  {ofFile}: {readonly ofFile: boolean},
): Mistake[] {
  if (ofFile && containerName === '') return [required([...path, 'containerName'])]
  if (resource === '') return [required([...path, 'resource'])]
  if (!resources.includes(resource) && !/^(limits|requests)\.hugepages-/.test(resource))
    return [notSupported([...path, 'resource'], resource, resources)]
  const kind = resource.slice(resource.indexOf('.') + 1)
  const {units, words} = divisors[kind] ?? {units: whole, words: 'hugepages'}
  const unit = `${said ?? '0'}`
  if (unit === '0' || units.includes(unit)) return []
  const few = kind === 'cpu' ? '1m and 1' : units.join(', ')
  return [
    invalid([...path, 'divisor'], resource, `only divisor's values ${few} are supported with the ${words} resource`),
  ]
}

const whole = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei']

const divisors: Readonly<Record<string, {readonly units: readonly string[]; readonly words: string}>> = {
  cpu: {units: ['1m', '1'], words: 'cpu'},
  memory: {units: whole, words: 'memory'},
  'ephemeral-storage': {units: whole, words: 'local ephemeral storage'},
}
