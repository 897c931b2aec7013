/** What a volume of a pod is to be. */
export type VolumeContent =
  /** An empty folder; of so many bytes at most, if that is said. */
  | {readonly kind: 'folder'; readonly bytes?: number}
  /** Files that podlab writes, and writes anew when they change. */
  | {readonly kind: 'files'; readonly files: readonly VolumeFile[]}
  /** A path of the pod's node; `type` is what has to be there, in Kubernetes' words. */
  | {readonly kind: 'node'; readonly node: string; readonly path: string; readonly type: string}

/** A file by its path within the volume. */
export type VolumeFile = {readonly path: string; readonly content: string | Uint8Array; readonly mode: number}

/** Volumes of one pod, by name. What is there already and is not named stays as it is. */
export type VolumesQuestion = {readonly uid: string; readonly volumes: Readonly<Record<string, VolumeContent>>}

/** Where a container sees a volume of its pod, or what lies below it. */
export type Mount = {
  readonly volume: string
  readonly path: string
  readonly below?: string
  readonly readOnly?: boolean
}

/** A volume that cannot be given. */
export class VolumeError extends Error {
  override readonly name = 'VolumeError'
}

/** What lies below a volume and cannot be given; the container's own fault, not the pod's. */
export class SubPathError extends Error {
  override readonly name = 'SubPathError'
}
