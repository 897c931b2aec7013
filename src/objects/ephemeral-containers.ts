import {containerDefaults, type EphemeralContainer, repeated} from './container.ts'
import {envMistakes} from './env.ts'
import {duplicate, forbidden, type Mistake, type Path} from './mistake.ts'
import {mountMistakes} from './mount-rules.ts'
import type {PodSpec} from './pod.ts'

/** The spec of a pod with what the API server fills into its ephemeral containers. */
export function ephemeralDefaults(containers: readonly EphemeralContainer[]): readonly EphemeralContainer[] {
  return containers.map(({targetContainerName, ...container}) => ({
    ...containerDefaults(container),
    ...(targetContainerName && {targetContainerName}),
  }))
}

/** What a schema cannot say of the containers that are put into a running pod. */
export function ephemeralMistakes({ephemeralContainers = [], ...spec}: PodSpec): Mistake[] {
  const own = spec.containers.map(({name}) => name)
  const initial = (spec.initContainers ?? []).map(({name}) => name)
  const names = [...own, ...initial, ...ephemeralContainers.map(({name}) => name)]
  const first = own.length + initial.length
  const at = (index: number) => ['spec', 'ephemeralContainers', index]
  return [
    ...repeated(names).map(index => duplicate([...at(index - first), 'name'], names[index])),
    ...ephemeralContainers.flatMap((container, index) => [
      ...envMistakes(container, at(index)),
      ...mountMistakes(container, spec.volumes ?? [], at(index)),
      ...forbiddenFields(container, at(index)),
      ...targetMistakes(container, [...own, ...initial], at(index)),
    ]),
  ]
}

function targetMistakes({targetContainerName: target}: EphemeralContainer, names: readonly string[], path: Path) {
  if (!target || names.includes(target)) return []
  return [{path: [...path, 'targetContainerName'], message: `Not found: ${JSON.stringify(target)}`}]
}

/* It comes and goes as people like; nothing is promised of it. */
function forbiddenFields(container: EphemeralContainer, path: Path): Mistake[] {
  const {resources: {limits = {}, requests = {}} = {}} = container
  const fields = {
    ports: container.ports,
    resources: Object.keys({...limits, ...requests}).length > 0 || undefined,
    livenessProbe: container.livenessProbe,
    readinessProbe: container.readinessProbe,
    startupProbe: container.startupProbe,
    lifecycle: container.lifecycle,
  }
  return Object.entries(fields).flatMap(([field, value]) =>
    value === undefined ? [] : [forbidden([...path, field], 'cannot be set for an Ephemeral Container')],
  )
}
