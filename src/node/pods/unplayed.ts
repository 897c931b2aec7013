import type {Container} from '../../objects/container.ts'
import type {Pod} from '../../objects/pod.ts'

/**
 * What a container asks for that would make it behave otherwise and that podlab does not give; undefined when there is nothing of
 * that kind. The API takes such a pod, as a real one does; its node says why it does not start it.
 */
export function unplayedOf({spec}: Pod, {volumeMounts = []}: Container): string | undefined {
  const mount = volumeMounts.find(({mountPropagation}) => mountPropagation === 'Bidirectional')
  const [sysctl] = spec.securityContext?.sysctls ?? []
  const [what] = [
    ...(mount ? [`mountPropagation Bidirectional at ${mount.mountPath}`] : []),
    ...(sysctl ? [`the sysctl ${sysctl.name}`] : []),
    ...(spec.activeDeadlineSeconds === undefined ? [] : ['activeDeadlineSeconds']),
  ]
  return what && `podlab does not give pods ${what}; leave it out`
}
