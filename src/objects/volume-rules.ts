import {repeated} from './container.ts'
import {duplicate, forbidden, invalid, type Mistake, notSupported, type Path, required} from './mistake.ts'
import type {DownwardFile, FileOfKey, ProjectedSource, Volume, VolumeMount} from './volume.ts'

/** 0644. */
const defaultMode = 0o644

/** A volume with what the API server fills in; one that says nothing is an empty folder. */
export function volumeDefaults(volume: Volume): Volume {
  const {configMap, secret, downwardAPI, projected, hostPath} = volume
  return {
    ...volume,
    ...(kindsOf(volume).length === 0 && {emptyDir: {}}),
    ...(configMap && {configMap: {...configMap, defaultMode: configMap.defaultMode ?? defaultMode}}),
    ...(secret && {secret: {...secret, defaultMode: secret.defaultMode ?? defaultMode}}),
    ...(hostPath && {hostPath: {...hostPath, type: hostPath.type ?? ''}}),
    ...(downwardAPI && {
      downwardAPI: {...withVersions(downwardAPI), defaultMode: downwardAPI.defaultMode ?? defaultMode},
    }),
    ...(projected && {
      projected: {
        ...projected,
        sources: projected.sources?.map(projectedDefaults) ?? [],
        defaultMode: projected.defaultMode ?? defaultMode,
      },
    }),
  }
}

type Downward = {readonly items?: readonly DownwardFile[]}

/** A field of the pod is one of version v1 where nothing else is said. */
function withVersions<T extends Downward>(downward: T): T {
  const {items} = downward
  if (!items) return downward
  return {
    ...downward,
    items: items.map(item => (item.fieldRef ? {...item, fieldRef: {apiVersion: 'v1', ...item.fieldRef}} : item)),
  }
}

function projectedDefaults({serviceAccountToken, downwardAPI, ...others}: ProjectedSource): ProjectedSource {
  const source = downwardAPI ? {...others, downwardAPI: withVersions(downwardAPI)} : others
  if (!serviceAccountToken) return source
  const {expirationSeconds = 3600} = serviceAccountToken
  return {...source, serviceAccountToken: {...serviceAccountToken, expirationSeconds}}
}

export function volumeMistakes(volumes: readonly Volume[], path: Path): Mistake[] {
  const names = volumes.map(({name}) => name)
  return [
    ...volumes.flatMap((volume, index) => sourceMistakes(volume, [...path, index])),
    ...repeated(names).map(index => duplicate([...path, index, 'name'], names[index])),
  ]
}

/** What is wrong with a container's mounts; `path` leads to the container. */
export function mountMistakes(mounts: readonly VolumeMount[], volumes: readonly Volume[], path: Path): Mistake[] {
  const known = new Set(volumes.map(({name}) => name))
  const paths = mounts.map(({mountPath}) => mountPath)
  const at = (index: number, field: string) => [...path, 'volumeMounts', index, field]
  return [
    ...mounts.flatMap(({name, mountPath, subPath}, index) => [
      ...(known.has(name) ? [] : [{path: at(index, 'name'), message: `Not found: ${JSON.stringify(name)}`}]),
      ...(mountPath ? [] : [required(at(index, 'mountPath'))]),
      ...(subPath ? pathMistakes(subPath, at(index, 'subPath')) : []),
    ]),
    ...repeated(paths).map(index => invalid(at(index, 'mountPath'), paths[index], 'must be unique')),
  ]
}

function kindsOf(volume: Volume): readonly string[] {
  return Object.keys(volume).filter(key => key !== 'name')
}

function sourceMistakes(volume: Volume, path: Path): Mistake[] {
  const [, ...more] = kindsOf(volume)
  const {configMap, secret, hostPath, projected, downwardAPI} = volume
  const at = (...steps: string[]) => [...path, ...steps]
  return [
    ...more.map(kind => forbidden(at(kind), 'may not specify more than 1 volume type')),
    ...(configMap && !configMap.name ? [required(at('configMap', 'name'))] : []),
    ...(secret && !secret.secretName ? [required(at('secret', 'secretName'))] : []),
    ...fileMistakes(configMap?.items ?? [], at('configMap', 'items')),
    ...fileMistakes(secret?.items ?? [], at('secret', 'items')),
    ...(downwardAPI?.items ?? []).flatMap((item, index) => downwardMistakes(item, at('downwardAPI'), index)),
    ...(hostPath?.path === '' ? [required(at('hostPath', 'path'))] : []),
    ...(hostPath?.path.split('/').includes('..')
      ? [invalid(at('hostPath', 'path'), hostPath.path, "must not contain '..'")]
      : []),
    ...(projected?.sources ?? []).flatMap((source, index) =>
      projectedMistakes(source, [...at('projected', 'sources'), index], at('projected')),
    ),
  ]
}

const fields = ['metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid']

function downwardMistakes(
  {path: file, fieldRef, resourceFieldRef}: DownwardFile,
  place: Path,
  index: number,
): Mistake[] {
  const field = fieldRef?.fieldPath.replace(/^(metadata\.(labels|annotations))\['[^']+'\]$/, '$1')
  const at = [...place, 'items', index]
  return [
    ...pathMistakes(file, [...place, index, 'path']),
    ...(fieldRef || resourceFieldRef
      ? []
      : [{...required(at, 'one of fieldRef and resourceFieldRef is required'), printed: place}]),
    ...(field !== undefined && !fields.includes(field)
      ? [
          {
            ...notSupported([...at, 'fieldRef', 'fieldPath'], field, fields),
            printed: [...place, 'fieldRef', 'fieldPath'],
          },
        ]
      : []),
  ]
}

const shortest = 600
const longest = 2 ** 32

function tokenMistakes(token: ProjectedSource['serviceAccountToken'], path: Path, volume: Path): Mistake[] {
  if (token === undefined) return []
  const {expirationSeconds: seconds = shortest} = token
  const place = [...path, 'expirationSeconds']
  return [
    ...(seconds < shortest ? [invalid(place, seconds, 'may not specify a duration less than 10 minutes')] : []),
    ...(seconds > longest ? [invalid(place, seconds, 'may not specify a duration larger than 2^32 seconds')] : []),
    ...(token.path ? [] : [{...required([...path, 'path']), printed: [...volume, 'path']}]),
  ]
}

function projectedMistakes(source: ProjectedSource, path: Path, volume: Path): Mistake[] {
  const [first, ...more] = Object.keys(source)
  const {configMap, secret} = source
  return [
    ...(first === undefined ? [required(path, 'must specify a projection type')] : []),
    ...more.map(kind => forbidden([...path, kind], 'may not specify more than 1 volume type')),
    ...(configMap && !configMap.name ? [required([...path, 'configMap', 'name'])] : []),
    ...(secret && !secret.name ? [required([...path, 'secret', 'name'])] : []),
    ...fileMistakes(configMap?.items ?? [], [...path, 'configMap', 'items']),
    ...fileMistakes(secret?.items ?? [], [...path, 'secret', 'items']),
    ...tokenMistakes(source.serviceAccountToken, [...path, 'serviceAccountToken'], volume),
  ]
}

function fileMistakes(items: readonly FileOfKey[], path: Path): Mistake[] {
  return items.flatMap((item, index) => [
    ...(item.key === '' ? [required([...path, index, 'key'])] : []),
    ...(item.path === '' ? [required([...path, index, 'path'])] : []),
    ...pathMistakes(item.path, [...path, index, 'path']),
  ])
}

function pathMistakes(text: string, path: Path): Mistake[] {
  if (text.startsWith('/')) return [invalid(path, text, 'must be a relative path')]
  return text.split('/').includes('..') ? [invalid(path, text, "must not contain '..'")] : []
}
