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
