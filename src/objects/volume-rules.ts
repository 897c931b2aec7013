import {repeated} from './container.ts'
import {fieldRefDefaults, fieldRefMistakes, resourceRefMistakes} from './field-ref.ts'
import {duplicate, forbidden, invalid, type Mistake, type Path, required} from './mistake.ts'
import {descendingFile} from './mount-rules.ts'
import type {DownwardFile, FileOfKey, ProjectedSource, Volume} from './volume.ts'

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
      downwardAPI: {...withDefaults(downwardAPI), defaultMode: downwardAPI.defaultMode ?? defaultMode},
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

function withDefaults<T extends Downward>(downward: T): T {
  const {items} = downward
  return items ? {...downward, items: items.map(fieldRefDefaults)} : downward
}

function projectedDefaults({serviceAccountToken, downwardAPI, ...others}: ProjectedSource): ProjectedSource {
  const source = downwardAPI ? {...others, downwardAPI: withDefaults(downwardAPI)} : others
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
    ...clashes(projected?.sources ?? [], at('projected')),
  ]
}

const fields = ['metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid']

/* Kubernetes does not say which of the files it is. */
function downwardMistakes(file: DownwardFile, place: Path, index: number): Mistake[] {
  const {path: name = '', fieldRef, resourceFieldRef} = file as Partial<DownwardFile>
  const at = [...place, 'items', index]
  const both = 'fieldRef and resourceFieldRef can not be specified simultaneously'
  const ofResource = resourceFieldRef && !fieldRef
  const mistakes = [
    ...(name === '' ? [required([...at, 'path'])] : []),
    ...descendingFile(name, {path: [...at, 'path'], printed: [...place, 'path']}),
    ...(fieldRef ? fieldRefMistakes(fieldRef, fields, [...at, 'fieldRef']) : []),
    ...(fieldRef && resourceFieldRef ? [invalid(at, 'resource', both)] : []),
    ...(ofResource ? resourceRefMistakes(resourceFieldRef, [...at, 'resourceFieldRef'], {ofFile: true}) : []),
    ...(fieldRef || resourceFieldRef ? [] : [required(at, 'one of fieldRef and resourceFieldRef is required')]),
  ]
  return mistakes.map(mistake => ({...mistake, printed: [...place, ...mistake.path.slice(at.length)]}))
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
  const {configMap, secret, downwardAPI} = source
  return [
    ...(first === undefined ? [required(path, 'must specify a projection type')] : []),
    ...(configMap && !configMap.name ? [required([...path, 'configMap', 'name'])] : []),
    ...(secret && !secret.name ? [required([...path, 'secret', 'name'])] : []),
    ...fileMistakes(configMap?.items ?? [], [...path, 'configMap', 'items']),
    ...fileMistakes(secret?.items ?? [], [...path, 'secret', 'items']),
    ...(downwardAPI?.items ?? []).flatMap((item, index) => downwardMistakes(item, [...path, 'downwardAPI'], index)),
    ...tokenMistakes(source.serviceAccountToken, [...path, 'serviceAccountToken'], volume),
    ...(more.length > 0 ? [forbidden(path, 'may not specify more than 1 volume type')] : []),
  ]
}

/* Two sources that write the same file. */
function clashes(sources: readonly ProjectedSource[], path: Path): Mistake[] {
  const taken = new Set<string>()
  const files = sources.flatMap(({configMap, secret, downwardAPI}) => [
    ...(secret?.items ?? []).map(item => ({path: item.path, said: secret?.name})),
    ...(configMap?.items ?? []).map(item => ({path: item.path, said: configMap?.name})),
    ...(downwardAPI?.items ?? []).map(item => ({path: item.path, said: item.path})),
  ])
  return files.flatMap(({path: file, said}) => {
    if (file && taken.has(file)) return [invalid(path, said, 'conflicting duplicate paths')]
    taken.add(file)
    return []
  })
}

function fileMistakes(items: readonly FileOfKey[], path: Path): Mistake[] {
  return items.flatMap((item, index) => {
    const place = [...path, index, 'path']
    return [
      ...(item.key === '' ? [required([...path, index, 'key'])] : []),
      ...(item.path === '' ? [required(place)] : []),
      ...descendingFile(item.path, {path: place, printed: place}),
    ]
  })
}
