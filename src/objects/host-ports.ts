import {type Container, type ContainerPort, repeated} from './container.ts'
import {duplicate, invalid, type Mistake, type Path} from './mistake.ts'
import type {PodSpec} from './pod.ts'

/** The ports of its node that a pod takes, as `8080/TCP`: no other pod there may have them. */
export function hostPortsOf({containers}: PodSpec): readonly string[] {
  return containers.flatMap(({ports = []}) => ports.flatMap(port => (port.hostPort ? [portWord(port)] : [])))
}

/** Whether two pods cannot be on one node. */
export function portsClash(a: PodSpec, b: PodSpec): boolean {
  const taken = hostPortsOf(a)
  return taken.length > 0 && hostPortsOf(b).some(port => taken.includes(port))
}

/** A pod in its node's network takes of it every port that its containers name. */
export function withHostPorts(spec: PodSpec): PodSpec {
  if (!spec.hostNetwork) return spec
  const named = (port: ContainerPort) => ({...port, hostPort: port.hostPort ?? port.containerPort})
  const withPorts = ({ports, ...container}: Container) => ({...container, ...(ports && {ports: ports.map(named)})})
  const {containers, initContainers} = spec
  return {
    ...spec,
    containers: containers.map(withPorts),
    ...(initContainers && {initContainers: initContainers.map(withPorts)}),
  }
}

/** What is wrong with a pod's ports of its node. `path` leads to its containers. */
export function hostPortMistakes(spec: PodSpec, path: Path): Mistake[] {
  const places = spec.containers.flatMap(({ports = []}, container) =>
    ports.flatMap((port, index) => (port.hostPort ? [{port, path: [...path, container, 'ports', index]}] : [])),
  )
  const words = places.map(({port: {protocol, hostPort}}) => `${protocol}//${hostPort}`)
  return [
    ...places.flatMap(place => mistakesAt(place, spec.hostNetwork ?? false)),
    ...repeated(words).map(index => duplicate([...(places[index]?.path ?? []), 'hostPort'], words[index])),
  ]
}

function mistakesAt(
  {port: {containerPort, hostPort}, path}: {readonly port: ContainerPort; readonly path: Path},
  hostNetwork: boolean,
): Mistake[] {
  return !hostNetwork || hostPort === containerPort
    ? []
    : [invalid([...path, 'containerPort'], containerPort, 'must match `hostPort` when `hostNetwork` is true')]
}

function portWord({hostPort, protocol = 'TCP'}: ContainerPort): string {
  return `${hostPort}/${protocol}`
}
