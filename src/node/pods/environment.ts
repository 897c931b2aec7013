import type {Container} from '../../objects/container.ts'
import type {EnvFrom, EnvVar, KeyReference} from '../../objects/env.ts'
import type {Pod} from '../../objects/pod.ts'
import {ContainerError} from './container-error.ts'
import {type Allocatable, type PodAddresses, podField, resourceField} from './fields.ts'
import {type Lookup, notFound} from './lookup.ts'

/** What the variables of a container are made from. */
export type EnvironmentSources = {
  readonly pod: Pod
  readonly addresses: PodAddresses
  readonly lookup: Lookup
  readonly allocatable: Allocatable
  /** Those that tell of Services. */
  readonly services: Readonly<Record<string, string>>
}

export type Environment = Readonly<Record<string, string>>

/**
 * The variables of a container: those of Services, over them all entries of the ConfigMaps and Secrets of `envFrom`, over them those of `env`
 * in their order. A value may use as `$(NAME)` what came before it. Throws ContainerError for what has to be there and is not.
 */
export function containerEnvironment(container: Container, sources: EnvironmentSources): Environment {
  const own: Record<string, string> = {}
  for (const from of container.envFrom ?? []) Object.assign(own, entriesOf(from, sources))
  for (const variable of container.env ?? []) {
    const value = textOf(variable, {container, own, sources})
    if (value !== undefined) own[variable.name] = value
  }
  return {...sources.services, ...own}
}

/** The text with `$(NAME)` replaced by that variable; `$$(NAME)` is a plain `$(NAME)`, and so is a name that nobody gave. */
export function expand(text: string, environment: Environment): string {
  return text.replace(/\$(\$|\(([^)]*)\))/g, (whole, rest: string, name: string) => {
    if (rest === '$') return '$'
    return Object.hasOwn(environment, name) ? (environment[name] ?? '') : whole
  })
}

function entriesOf({prefix = '', configMapRef, secretRef}: EnvFrom, {pod, lookup}: EnvironmentSources): Environment {
  const [kind, {name = '', optional}] = configMapRef
    ? (['ConfigMap', configMapRef] as const)
    : (['Secret', secretRef ?? {}] as const)
  const found = lookup(kind, {namespace: pod.metadata.namespace ?? '', name})
  if (found) return Object.fromEntries(Object.entries(textsOf(found)).map(([key, text]) => [prefix + key, text]))
  if (optional) return {}
  throw new ContainerError(notFound(kind, name), 'CreateContainerConfigError')
}

type Place = {readonly container: Container; readonly own: Environment; readonly sources: EnvironmentSources}

/* Undefined for what is optional and not there. */
function textOf({value = '', valueFrom}: EnvVar, {container, own, sources}: Place): string | undefined {
  if (value !== '' || !valueFrom) return expand(value, {...sources.services, ...own})
  const {fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef} = valueFrom
  const {pod, addresses, allocatable} = sources
  if (fieldRef) return podField(fieldRef.fieldPath, pod, addresses)
  if (resourceFieldRef) {
    try {
      return resourceField(resourceFieldRef, pod, {container, allocatable})
    } catch (cause) {
      throw new ContainerError((cause as Error).message, 'CreateContainerConfigError')
    }
  }
  if (configMapKeyRef) return entryOf('ConfigMap', configMapKeyRef, sources)
  return secretKeyRef ? entryOf('Secret', secretKeyRef, sources) : ''
}

function entryOf(
  kind: 'ConfigMap' | 'Secret',
  {name = '', key, optional}: KeyReference,
  {pod, lookup}: EnvironmentSources,
): string | undefined {
  const {namespace = ''} = pod.metadata
  const found = lookup(kind, {namespace, name})
  const texts = found ? textsOf(found) : {}
  if (Object.hasOwn(texts, key)) return texts[key]
  if (optional) return undefined
  const words = found ? `couldn't find key ${key} in ${kind} ${namespace}/${name}` : notFound(kind, name)
  throw new ContainerError(words, 'CreateContainerConfigError')
}

/* The bytes of a ConfigMap's `binaryData` are for files alone. */
function textsOf({kind, data = {}}: NonNullable<ReturnType<Lookup>>): Environment {
  if (kind === 'ConfigMap') return data
  return Object.fromEntries(Object.entries(data).map(([key, text]) => [key, Buffer.from(text, 'base64').toString()]))
}
