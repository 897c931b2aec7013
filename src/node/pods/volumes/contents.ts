import type {Pod} from '../../../objects/pod.ts'
import {quantityOf} from '../../../objects/resources.ts'
import type {DownwardFile, EntriesSource, FileOfKey, ProjectedSource, Volume} from '../../../objects/volume.ts'
import type {FollowedKind} from '../../client.ts'
import type {VolumeContent, VolumeFile} from '../../runtime/volumes/volume.ts'
import {type Allocatable, podField, resourceField} from '../fields.ts'
import {type Lookup, notFound} from '../lookup.ts'

/** What the volumes of a pod are made from. */
export type VolumeSources = {
  readonly pod: Pod
  readonly lookup: Lookup
  readonly allocatable: Allocatable
  /** The token that a source asks for, or why there is none; the source is known by itself. */
  readonly token: (source: TokenSource) => string | Error
}

export type TokenSource = NonNullable<ProjectedSource['serviceAccountToken']>

/** What a pod's volumes are to hold, by name, and why some cannot be had, in the kubelet's words. */
export type Contents = {
  readonly volumes: Readonly<Record<string, VolumeContent>>
  readonly failures: readonly string[]
}

export function volumeContents(sources: VolumeSources): Contents {
  const volumes: Record<string, VolumeContent> = {}
  const failures: string[] = []
  for (const volume of sources.pod.spec.volumes ?? [])
    try {
      volumes[volume.name] = contentOf(volume, sources)
    } catch (error) {
      failures.push(`MountVolume.SetUp failed for volume "${volume.name}" : ${(error as Error).message}`)
    }
  return {volumes, failures}
}

function contentOf(volume: Volume, sources: VolumeSources): VolumeContent {
  const {emptyDir, hostPath, configMap, secret, downwardAPI, projected} = volume
  const files = (mode: number, list: readonly VolumeFile[]): VolumeContent => ({
    kind: 'files',
    files: withModes(list, mode),
  })
  if (hostPath) {
    const {path, type = ''} = hostPath
    return {kind: 'node', node: sources.pod.spec.nodeName ?? '', path, type}
  }
  if (configMap) return files(configMap.defaultMode ?? usual, entries('ConfigMap', configMap.name, configMap, sources))
  if (secret) return files(secret.defaultMode ?? usual, entries('Secret', secret.secretName, secret, sources))
  if (downwardAPI) return files(downwardAPI.defaultMode ?? usual, fields(downwardAPI.items, sources))
  if (projected) return files(projected.defaultMode ?? usual, allOf(projected.sources ?? [], sources))
  return folder(emptyDir ?? {})
}

/** 0644; where a file says nothing itself its mode is below 0. */
const [usual, unsaid] = [0o644, -1]

function withModes(files: readonly VolumeFile[], mode: number): readonly VolumeFile[] {
  const last = new Map(files.map(file => [file.path, {...file, mode: file.mode === unsaid ? mode : file.mode}]))
  return [...last.values()]
}

function folder({medium = '', sizeLimit}: NonNullable<Volume['emptyDir']>): VolumeContent {
  if (medium !== '' && medium !== 'Memory') throw new Error(`podlab has no volumes of medium ${medium}; leave it out`)
  if (sizeLimit === undefined) return {kind: 'folder'}
  return {kind: 'folder', bytes: Math.ceil(quantityOf(sizeLimit as string | number))}
}

/* What fails in one source fails the volume; a kubelet tells of all that fail. */
function allOf(list: readonly ProjectedSource[], sources: VolumeSources): readonly VolumeFile[] {
  const errors: string[] = []
  const files = list.flatMap(source => {
    try {
      return projectedFiles(source, sources)
    } catch (error) {
      errors.push((error as Error).message)
      return []
    }
  })
  if (errors.length > 0) throw new Error(errors.length === 1 ? errors[0] : `[${errors.join(', ')}]`)
  return files
}

function projectedFiles(
  {configMap, secret, downwardAPI, serviceAccountToken}: ProjectedSource,
  sources: VolumeSources,
): readonly VolumeFile[] {
  if (configMap) return entries('ConfigMap', configMap.name, configMap, sources)
  if (secret) return entries('Secret', secret.name, secret, sources)
  if (downwardAPI) return fields(downwardAPI.items, sources)
  if (!serviceAccountToken) return []
  const token = sources.token(serviceAccountToken)
  if (token instanceof Error) throw new Error(`failed to fetch token: ${token.message}`)
  return [{path: serviceAccountToken.path, content: token, mode: unsaid}]
}

function entries(
  kind: FollowedKind,
  name = '',
  {items, optional}: EntriesSource,
  {pod, lookup}: VolumeSources,
): readonly VolumeFile[] {
  const object = lookup(kind, {namespace: pod.metadata.namespace ?? '', name})
  if (!object && !optional) throw new Error(notFound(kind, name))
  const bytes = new Map<string, string | Uint8Array>()
  if (object?.kind === 'ConfigMap') {
    for (const [key, text] of Object.entries(object.data ?? {})) bytes.set(key, text)
    for (const [key, text] of Object.entries(object.binaryData ?? {})) bytes.set(key, Buffer.from(text, 'base64'))
  } else for (const [key, text] of Object.entries(object?.data ?? {})) bytes.set(key, Buffer.from(text, 'base64'))
  const wanted: readonly FileOfKey[] = items?.length ? items : [...bytes.keys()].map(key => ({key, path: key}))
  return wanted.flatMap(({key, path, mode = unsaid}) => {
    const content = bytes.get(key)
    if (content !== undefined) return [{path, content, mode}]
    if (optional) return []
    throw new Error(`${words[kind]}: ${key}`)
  })
}

const words: Readonly<Record<FollowedKind, string>> = {
  ConfigMap: 'configmap references non-existent config key',
  Secret: 'references non-existent secret key',
}

function fields(items: readonly DownwardFile[] = [], {pod, allocatable}: VolumeSources): readonly VolumeFile[] {
  return items.map(({path, mode = unsaid, fieldRef, resourceFieldRef}) => {
    const content = fieldRef
      ? podField(fieldRef.fieldPath, pod)
      : resourceFieldRef
        ? resourceField(resourceFieldRef, pod, {allocatable})
        : ''
    return {path, content, mode}
  })
}
