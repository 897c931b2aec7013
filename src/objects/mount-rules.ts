import {repeated} from './container.ts'
import {forbidden, invalid, type Mistake, notSupported, type Path, required} from './mistake.ts'
import type {Volume, VolumeMount} from './volume.ts'

type Mounting = {
  readonly volumeMounts?: readonly VolumeMount[]
  readonly securityContext?: Readonly<Record<string, unknown>>
}

/** What is wrong with a container's mounts; `path` leads to the container. */
export function mountMistakes(container: Mounting, volumes: readonly Volume[], path: Path): Mistake[] {
  const {volumeMounts: mounts = []} = container
  const known = new Set(volumes.map(({name}) => name))
  const paths = mounts.map(({mountPath}) => mountPath)
  const list = [...path, 'volumeMounts']
  return [
    ...mounts.flatMap((mount, index) => [
      ...placeMistakes(mount, known, [...list, index]),
      ...belowMistakes(mount, list, index),
      ...propagationMistakes(mount, container, {path: [...list, index], printed: list}),
    ]),
    ...repeated(paths).map(index => invalid([...list, index, 'mountPath'], paths[index], 'must be unique')),
  ]
}

function placeMistakes(
  {name = '', mountPath}: Partial<VolumeMount>,
  known: ReadonlySet<string>,
  path: Path,
): Mistake[] {
  return [
    ...(name === '' ? [required([...path, 'name'])] : []),
    ...(known.has(name) ? [] : [{path: [...path, 'name'], message: `Not found: ${JSON.stringify(name)}`}]),
    ...(mountPath ? [] : [required([...path, 'mountPath'])]),
  ]
}

/* Kubernetes names some of the places without saying which mount it is. */
function belowMistakes({subPath, subPathExpr}: VolumeMount, list: Path, index: number): Mistake[] {
  const place = (field: string) => ({path: [...list, index, field], printed: [...list, field]})
  const one = 'subPathExpr and subPath are mutually exclusive'
  return [
    ...(subPath ? descending(subPath, place('subPath')) : []),
    ...(subPath && subPathExpr ? [invalid([...list, index, 'subPathExpr'], subPathExpr, one)] : []),
    ...(subPathExpr ? descending(subPathExpr, place('subPathExpr')) : []),
  ]
}

type Place = {readonly path: Path; readonly printed: Path}

const propagations = ['Bidirectional', 'HostToContainer', 'None']

function propagationMistakes(
  {mountPropagation: said}: VolumeMount,
  {securityContext}: Mounting,
  {path, printed}: Place,
): Mistake[] {
  if (said === undefined) return []
  const field = 'mountPropagation'
  const place = {printed: [...printed, field]}
  if (!propagations.includes(said)) return [{...notSupported([...path, field], said, propagations), ...place}]
  if (said !== 'Bidirectional' || securityContext?.privileged === true) return []
  const why = 'Bidirectional mount propagation is available only to privileged containers'
  return [{...forbidden([...path, field], why), ...place}]
}

/** A path that stays below where it begins. */
export function descending(text: string, {path, printed}: Place): Mistake[] {
  const wrong = (why: string) => [{...invalid(path, text, why), printed}]
  if (text.startsWith('/')) return wrong('must be a relative path')
  return text.split('/').includes('..') ? wrong("must not contain '..'") : []
}

/** As `descending`; names that begin with two dots are the kubelet's own. */
export function descendingFile(text: string, place: Place): Mistake[] {
  const mistakes = descending(text, place)
  if (mistakes.length > 0 || !text.startsWith('..')) return mistakes
  return [{...invalid(place.path, text, "must not start with '..'"), printed: place.printed}]
}
