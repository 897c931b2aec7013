import type {Container} from '../../../objects/container.ts'
import type {Pod} from '../../../objects/pod.ts'
import type {Volume, VolumeMount} from '../../../objects/volume.ts'
import type {Mount} from '../../runtime/volumes/volume.ts'
import {ContainerError} from '../container-error.ts'
import {type Environment, expand} from '../environment.ts'

/** What a container sees of its pod's volumes. Those that the kubelet writes are for reading only. */
export function mountsOf(
  {spec: {volumes = []}}: Pod,
  {volumeMounts = []}: Container,
  own: Environment,
): readonly Mount[] {
  const written = new Set(volumes.filter(isWritten).map(({name}) => name))
  return volumeMounts.map(mount => {
    const below = belowOf(mount, own)
    const readOnly = mount.readOnly || written.has(mount.name)
    return {volume: mount.name, path: mount.mountPath, ...(below && {below}), ...(readOnly && {readOnly})}
  })
}

function isWritten({configMap, secret, downwardAPI, projected}: Volume): boolean {
  return [configMap, secret, downwardAPI, projected].some(source => source !== undefined)
}

function belowOf({subPath, subPathExpr}: VolumeMount, own: Environment): string | undefined {
  if (!subPathExpr) return subPath
  const missing = [...subPathExpr.matchAll(/\$(\$|\(([^)]*)\))/g)].some(
    ([, rest, name]) => rest !== '$' && !Object.hasOwn(own, name ?? ''),
  )
  if (missing)
    throw new ContainerError(`missing value for ${JSON.stringify(subPathExpr)}`, 'CreateContainerConfigError')
  const path = expand(subPathExpr, own)
  if (path.startsWith('/'))
    throw new ContainerError(`error SubPath \`${path}\` must not be an absolute path`, 'CreateContainerConfigError')
  if (path.split('/').includes('..'))
    throw new ContainerError(
      `unable to provision SubPath \`${path}\`: must not contain '..'`,
      'CreateContainerConfigError',
    )
  return path
}
