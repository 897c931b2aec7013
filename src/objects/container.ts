import {dnsLabel, environmentName, portName} from './format.ts'
import {type Lifecycle, lifecycleDefaults, lifecycleMistakes, lifecycleSchema} from './lifecycle.ts'
import {duplicate, forbidden, type Mistake, type Path} from './mistake.ts'
import {type Probes, probeDefaults, probeFields, probeMistakes} from './probe.ts'
import {anything, integer, list, listBy, map, oneOf, record, type Schema, string, text, unsupported} from './schema.ts'

/** A program of a pod, as its manifest says it. */
export type Container = Probes & {
  readonly name: string
  readonly image: string
  /** Replaces the image's entrypoint. */
  readonly command?: readonly string[]
  /** Replaces the image's command. */
  readonly args?: readonly string[]
  readonly workingDir?: string
  readonly env?: readonly EnvVar[]
  readonly ports?: readonly ContainerPort[]
  /** Accepted as written: podlab's images are on this machine already, nothing is ever pulled. */
  readonly imagePullPolicy?: 'Always' | 'IfNotPresent' | 'Never'
  /** Accepted as written: podlab's pods share this machine and are neither limited nor counted. */
  readonly resources?: Resources
  readonly lifecycle?: Lifecycle
}

export type EnvVar = {readonly name: string; readonly value?: string}

export type ContainerPort = {
  readonly containerPort: number
  readonly name?: string
  readonly protocol?: Protocol
  /** The port of the node; only a pod in its node's network has one, and it is the same. */
  readonly hostPort?: number
}

export type Protocol = 'TCP' | 'UDP' | 'SCTP'

export type Resources = {
  readonly requests?: Readonly<Record<string, string | number>>
  readonly limits?: Readonly<Record<string, string | number>>
}

/** What a container does now, as its node reports it. */
export type ContainerStatus = {
  readonly name: string
  readonly image: string
  readonly imageID: string
  readonly containerID?: string
  readonly ready: boolean
  readonly started?: boolean
  readonly restartCount: number
  readonly state?: ContainerState
  readonly lastState?: ContainerState
}

/** At most one of the three is there. */
export type ContainerState = {
  readonly waiting?: {readonly reason?: string; readonly message?: string}
  readonly running?: {readonly startedAt?: string}
  readonly terminated?: TerminatedState
}

export type TerminatedState = {
  readonly exitCode: number
  readonly signal?: number
  readonly reason?: string
  readonly message?: string
  readonly startedAt?: string
  readonly finishedAt?: string
  readonly containerID?: string
}

export const protocols: Schema = oneOf('TCP', 'UDP', 'SCTP')

const portSchema = record(
  {
    containerPort: integer(1, 65535),
    name: text(portName),
    protocol: protocols,
    hostPort: integer(1, 65535),
    hostIP: unsupported('addresses of host ports'),
  },
  ['containerPort'],
)

const envSchema = record(
  {name: text(environmentName), value: string, valueFrom: unsupported('environment variables from elsewhere')},
  ['name'],
)

export const containerSchema: Schema = record(
  {
    name: text(dnsLabel),
    image: string,
    command: list(string),
    args: list(string),
    workingDir: string,
    env: listBy(['name'], envSchema),
    ports: listBy(['containerPort', 'protocol'], portSchema),
    imagePullPolicy: oneOf('Always', 'IfNotPresent', 'Never'),
    resources: record({requests: map(anything), limits: map(anything), claims: unsupported('resource claims')}),
    ...probeFields,
    lifecycle: lifecycleSchema,
    envFrom: unsupported('environment variables from elsewhere'),
    resizePolicy: unsupported('resizing of pods'),
    restartPolicy: unsupported('restart policies of single containers'),
    securityContext: unsupported('security contexts'),
    stdin: unsupported('standard input of containers'),
    stdinOnce: unsupported('standard input of containers'),
    terminationMessagePath: unsupported('termination messages'),
    terminationMessagePolicy: unsupported('termination messages'),
    tty: unsupported('terminals of containers'),
    volumeDevices: unsupported('volumes'),
    volumeMounts: unsupported('volumes'),
  },
  ['name', 'image'],
)

/** What the API server fills into a container. */
export function containerDefaults(container: Container): Container {
  const {imagePullPolicy = pullPolicy(container.image), resources = {}} = container
  const ports = container.ports?.map(port => ({...port, protocol: port.protocol ?? 'TCP'}) as const)
  return {
    ...container,
    ...(ports && {ports}),
    ...(container.lifecycle && {lifecycle: lifecycleDefaults(container.lifecycle)}),
    ...probeDefaults(container),
    imagePullPolicy,
    resources,
  }
}

/** An image without a fixed tag may change under its name. */
function pullPolicy(image: string): 'Always' | 'IfNotPresent' {
  const name = image.slice(image.lastIndexOf('/') + 1)
  return image.includes('@') || (name.includes(':') && !name.endsWith(':latest')) ? 'IfNotPresent' : 'Always'
}

/** The two lists of containers that a pod has; those that initialise it run to their end, one after the other, before the others start. */
export type ContainerLists = {readonly containers: readonly Container[]; readonly initContainers?: readonly Container[]}

/** What a schema cannot say of a pod's containers: names that must be unique, probes and hooks. `path` leads to the pod's spec. */
export function containerMistakes(
  {containers, initContainers = []}: ContainerLists,
  path: Path,
  graceSeconds: number,
): Mistake[] {
  const names = [...containers, ...initContainers].map(({name}) => name)
  const place = (index: number) =>
    index < containers.length ? [...path, 'containers', index] : [...path, 'initContainers', index - containers.length]
  return [
    ...repeated(names).map(index => duplicate([...place(index), 'name'], names[index])),
    ...[...containers, ...initContainers].flatMap((container, index) => portMistakes(container, place(index))),
    ...containers.flatMap((container, index) => [
      ...lifecycleMistakes(container.lifecycle ?? {}, [...place(index), 'lifecycle'], graceSeconds),
      ...probeMistakes(container, place(index), graceSeconds),
    ]),
    ...initContainers.flatMap((container, index) => initMistakes(container, place(containers.length + index))),
  ]
}

function portMistakes({ports = []}: Container, path: Path): Mistake[] {
  const names = ports.map(({name}) => name)
  return repeated(names).map(index => duplicate([...path, 'ports', index, 'name'], names[index]))
}

/* A container that runs to its end has nothing to be probed for, and nobody stops it. */
function initMistakes(container: Container, path: Path): Mistake[] {
  return (['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const).flatMap(field =>
    container[field] === undefined
      ? []
      : [forbidden([...path, field], 'may not be set for init containers without restartPolicy=Always')],
  )
}

/** The places of values that stood in the list before. */
export function repeated(values: readonly (string | undefined)[]): number[] {
  return values.flatMap((value, index) => (value !== undefined && values.indexOf(value) < index ? [index] : []))
}
