import {dnsLabel, environmentName, portName} from './format.ts'
import {duplicate, type Mistake, type Path} from './mistake.ts'
import {anything, integer, list, map, oneOf, record, type Schema, string, text, unsupported} from './schema.ts'
/** A program of a pod, as its manifest says it. */
export type Container = {
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

const noProbes = unsupported('probes')

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
    env: list(envSchema),
    ports: list(portSchema),
    imagePullPolicy: oneOf('Always', 'IfNotPresent', 'Never'),
    resources: record({requests: map(anything), limits: map(anything), claims: unsupported('resource claims')}),
    livenessProbe: noProbes,
    readinessProbe: noProbes,
    startupProbe: noProbes,
    envFrom: unsupported('environment variables from elsewhere'),
    lifecycle: unsupported('lifecycle hooks'),
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
  return {...container, ...(ports && {ports}), imagePullPolicy, resources}
}

/** An image without a fixed tag may change under its name. */
function pullPolicy(image: string): 'Always' | 'IfNotPresent' {
  const name = image.slice(image.lastIndexOf('/') + 1)
  return image.includes('@') || (name.includes(':') && !name.endsWith(':latest')) ? 'IfNotPresent' : 'Always'
}

/** Names that must be unique: of containers in a pod, and of ports in a container. */
export function containerMistakes(containers: readonly Container[], path: Path): Mistake[] {
  const names = containers.map(container => container.name)
  return [
    ...repeated(names).map(index => duplicate([...path, index, 'name'], names[index])),
    ...containers.flatMap(({ports = []}, index) => {
      const portNames = ports.map(port => port.name)
      return repeated(portNames).map(place => duplicate([...path, index, 'ports', place, 'name'], portNames[place]))
    }),
  ]
}

/** The places of values that stood in the list before. */
export function repeated(values: readonly (string | undefined)[]): number[] {
  return values.flatMap((value, index) => (value !== undefined && values.indexOf(value) < index ? [index] : []))
}
