import {envDefaults, envFields, envMistakes, type HasEnv} from './env.ts'
import {dnsLabel, type Format, portName} from './format.ts'
import {type Lifecycle, lifecycleDefaults, lifecycleMistakes, lifecycleSchema} from './lifecycle.ts'
import {duplicate, forbidden, type Mistake, type Path} from './mistake.ts'
import {mountMistakes} from './mount-rules.ts'
import {type Probes, probeDefaults, probeFields, probeMistakes} from './probe.ts'
import {canonicalResources, type Resources, resourceMistakes, resourcesSchema} from './resources.ts'
import {boolean, integer, list, listBy, oneOf, record, type Schema, string, text, unsupported} from './schema.ts'
import {containerSecuritySchema} from './security-context.ts'
import {type Volume, type VolumeMount, volumeMountsSchema} from './volume.ts'

/** A program of a pod, as its manifest says it. */
export type Container = Probes &
  HasEnv & {
    readonly name: string
    readonly image: string
    /** Replaces the image's entrypoint. */
    readonly command?: readonly string[]
    /** Replaces the image's command. */
    readonly args?: readonly string[]
    readonly workingDir?: string
    readonly ports?: readonly ContainerPort[]
    /** Accepted as written: podlab's images are on this machine already, nothing is ever pulled. */
    readonly imagePullPolicy?: 'Always' | 'IfNotPresent' | 'Never'
    /** What it asks for decides where its pod may run. Limits are accepted as written: podlab's pods share this machine freely. */
    readonly resources?: Resources
    readonly lifecycle?: Lifecycle
    readonly volumeMounts?: readonly VolumeMount[]
    readonly stdin?: boolean
    readonly stdinOnce?: boolean
    readonly tty?: boolean
    readonly securityContext?: Readonly<Record<string, unknown>>
    readonly terminationMessagePath?: string
    readonly terminationMessagePolicy?: 'File' | 'FallbackToLogsOnError'
  }

/** A container put into a pod that runs; with `targetContainerName` it sees that one's processes. */
export type EphemeralContainer = Container & {readonly targetContainerName?: string}

export type ContainerPort = {
  readonly containerPort: number
  readonly name?: string
  readonly protocol?: Protocol
  /** The port of the node; only a pod in its node's network has one, and it is the same. */
  readonly hostPort?: number
}

export type Protocol = 'TCP' | 'UDP' | 'SCTP'

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

export const protocols: Schema = oneOf('SCTP', 'TCP', 'UDP')

const portSchema = record(
  {
    containerPort: {...integer(1, 65535), zeroIsMissing: true} as Schema,
    name: text(portName),
    protocol: protocols,
    hostPort: integer(1, 65535),
    hostIP: unsupported('addresses of host ports'),
  },
  ['containerPort'],
)

const imageName: Format = name => (name === name.trim() ? undefined : 'must not have leading or trailing whitespace')

const containerFields: Readonly<Record<string, Schema>> = {
  name: text(dnsLabel),
  image: text(imageName),
  command: list(string),
  args: list(string),
  workingDir: string,
  ...envFields,
  ports: listBy(['containerPort', 'protocol'], portSchema),
  imagePullPolicy: oneOf('Always', 'IfNotPresent', 'Never'),
  resources: resourcesSchema,
  ...probeFields,
  lifecycle: lifecycleSchema,
  volumeMounts: volumeMountsSchema,
  stdin: boolean,
  stdinOnce: boolean,
  tty: boolean,
  securityContext: containerSecuritySchema,
  terminationMessagePath: string,
  terminationMessagePolicy: oneOf('File', 'FallbackToLogsOnError'),
  resizePolicy: list(record({resourceName: string, restartPolicy: string}, ['resourceName', 'restartPolicy'])),
  restartPolicy: unsupported('restart policies of single containers'),
  volumeDevices: unsupported('block devices'),
}

export const containerSchema: Schema = record(containerFields, ['name', 'image'])

export const ephemeralContainerSchema: Schema = record({...containerFields, targetContainerName: string}, [
  'name',
  'image',
])

/** What the API server fills into a container. */
export function containerDefaults(container: Container): Container {
  const {imagePullPolicy = pullPolicy(container.image), resources = {}} = container
  const ports = container.ports?.map(port => ({...port, protocol: port.protocol ?? 'TCP'}) as const)
  return {
    ...container,
    ...(ports && {ports}),
    ...(container.lifecycle && {lifecycle: lifecycleDefaults(container.lifecycle)}),
    ...probeDefaults(container),
    ...envDefaults(container),
    imagePullPolicy,
    resources: canonicalResources(resources),
    terminationMessagePath: container.terminationMessagePath ?? '/dev/termination-log',
    terminationMessagePolicy: container.terminationMessagePolicy ?? 'File',
  }
}

/** An image without a fixed tag may change under its name. */
function pullPolicy(image: string): 'Always' | 'IfNotPresent' {
  const name = image.slice(image.lastIndexOf('/') + 1)
  return image.includes('@') || (name.includes(':') && !name.endsWith(':latest')) ? 'IfNotPresent' : 'Always'
}

/** The two lists of containers that a pod has; those that initialise it run to their end, one after the other, before the others start. */
export type ContainerLists = {
  readonly containers: readonly Container[]
  readonly initContainers?: readonly Container[]
  readonly volumes?: readonly Volume[]
}

/** What a schema cannot say of a pod's containers: names that must be unique, probes and hooks. `path` leads to the pod's spec. */
export function containerMistakes(
  {containers, initContainers = [], volumes = []}: ContainerLists,
  path: Path,
  graceSeconds: number,
): Mistake[] {
  const names = [...containers, ...initContainers].map(({name}) => name)
  const place = (index: number) =>
    index < containers.length ? [...path, 'containers', index] : [...path, 'initContainers', index - containers.length]
  return [
    ...repeated(names).map(index => duplicate([...place(index), 'name'], names[index])),
    ...[...containers, ...initContainers].flatMap((container, index) => [
      ...portMistakes(container, place(index)),
      ...envMistakes(container, place(index)),
      ...mountMistakes(container, volumes, place(index)),
      ...resourceMistakes(container.resources ?? {}, [...place(index), 'resources']),
    ]),
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
