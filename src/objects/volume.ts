import type {EnvSource} from './env.ts'
import {fieldRefSchema, resourceFieldRefSchema} from './field-ref.ts'
import {dnsLabel} from './format.ts'
import {
  anything,
  boolean,
  integer,
  list,
  listBy,
  oneOf,
  record,
  type Schema,
  string,
  text,
  unsupported,
} from './schema.ts'

/** Files that a pod's containers share, or are given. Exactly one of its sources is there. */
export type Volume = {
  readonly name: string
  readonly emptyDir?: {readonly medium?: string; readonly sizeLimit?: unknown}
  readonly hostPath?: {readonly path: string; readonly type?: string}
  readonly configMap?: EntriesSource & {readonly name?: string}
  readonly secret?: EntriesSource & {readonly secretName?: string}
  readonly downwardAPI?: {readonly items?: readonly DownwardFile[]; readonly defaultMode?: number}
  readonly projected?: {readonly sources?: readonly ProjectedSource[]; readonly defaultMode?: number}
}

/** Entries of a ConfigMap or a Secret as files: all under their keys, or those of `items`. */
export type EntriesSource = {
  readonly items?: readonly FileOfKey[]
  readonly defaultMode?: number
  readonly optional?: boolean
}

export type FileOfKey = {readonly key: string; readonly path: string; readonly mode?: number}

export type DownwardFile = Pick<EnvSource, 'fieldRef' | 'resourceFieldRef'> & {
  readonly path: string
  readonly mode?: number
}

export type ProjectedSource = {
  readonly configMap?: EntriesSource & {readonly name?: string}
  readonly secret?: EntriesSource & {readonly name?: string}
  readonly downwardAPI?: {readonly items?: readonly DownwardFile[]}
  readonly serviceAccountToken?: {
    readonly path: string
    readonly audience?: string
    readonly expirationSeconds?: number
  }
}

export type VolumeMount = {
  readonly name: string
  readonly mountPath: string
  readonly subPath?: string
  readonly subPathExpr?: string
  readonly readOnly?: boolean
  readonly recursiveReadOnly?: string
  readonly mountPropagation?: string
}

const mode = integer(0, 0o777, 'must be a number between 0 and 0777 (octal), both inclusive')
const items = list(record({key: string, path: string, mode}, ['key', 'path']))
const downwardItems = list(
  record({path: string, mode, fieldRef: fieldRefSchema, resourceFieldRef: resourceFieldRefSchema}),
)

const storage = unsupported('volumes that stand for storage of their own')

/** Volumes of storage systems: a lab has none. */
const storageKinds = [
  'awsElasticBlockStore',
  'azureDisk',
  'azureFile',
  'cephfs',
  'cinder',
  'csi',
  'ephemeral',
  'fc',
  'flexVolume',
  'flocker',
  'gcePersistentDisk',
  'gitRepo',
  'glusterfs',
  'image',
  'iscsi',
  'nfs',
  'persistentVolumeClaim',
  'photonPersistentDisk',
  'portworxVolume',
  'quobyte',
  'rbd',
  'scaleIO',
  'storageos',
  'vsphereVolume',
]

const volumeSchema: Schema = {
  type: 'object',
  required: ['name'],
  retainKeys: true,
  fields: {
    name: text(dnsLabel),
    emptyDir: record({medium: string, sizeLimit: anything}),
    hostPath: record(
      {
        path: string,
        type: oneOf(
          '',
          'BlockDevice',
          'CharDevice',
          'Directory',
          'DirectoryOrCreate',
          'File',
          'FileOrCreate',
          'Socket',
        ),
      },
      ['path'],
    ),
    configMap: record({name: string, items, defaultMode: mode, optional: boolean}),
    secret: record({secretName: string, items, defaultMode: mode, optional: boolean}),
    downwardAPI: record({items: downwardItems, defaultMode: mode}),
    projected: record({
      defaultMode: mode,
      sources: list(
        record({
          configMap: record({name: string, items, optional: boolean}),
          secret: record({name: string, items, optional: boolean}),
          downwardAPI: record({items: downwardItems}),
          serviceAccountToken: record({
            path: string,
            audience: string,
            expirationSeconds: integer(-(2 ** 53), 2 ** 53),
          }),
          clusterTrustBundle: unsupported('cluster trust bundles'),
        }),
      ),
    }),
    ...Object.fromEntries(storageKinds.map(kind => [kind, storage])),
  },
}

export const volumesSchema: Schema = listBy(['name'], volumeSchema)

export const volumeMountsSchema: Schema = listBy(
  ['mountPath'],
  record({
    name: string,
    mountPath: string,
    subPath: string,
    subPathExpr: string,
    readOnly: boolean,
    recursiveReadOnly: oneOf('Disabled', 'IfPossible', 'Enabled'),
    mountPropagation: string,
  }),
)
