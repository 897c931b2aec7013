import {repeated} from './container.ts'
import {duplicate, forbidden, invalid, type Mistake} from './mistake.ts'
import type {ServicePort, ServiceSpec} from './service.ts'

/** The ports that services may have on every node: kube-apiserver's `--service-node-port-range`. */
export const nodePortRange = {first: 30000, last: 32767} as const

/** Whether a service of this type has a port on every node. */
export function hasNodePorts({type}: ServiceSpec): boolean {
  return type === 'NodePort' || type === 'LoadBalancer'
}

/** What is wrong with a service's node ports by themselves; whether they are free the cluster knows. */
export function nodePortMistakes(spec: ServiceSpec): Mistake[] {
  const {ports = [], type = 'ClusterIP'} = spec
  const at = (index: number) => ['spec', 'ports', index, 'nodePort']
  if (hasNodePorts(spec)) return [...rangeMistakes(ports), ...clashMistakes(ports), ...headlessMistakes(spec)]
  return ports.flatMap(({nodePort}, index) =>
    nodePort ? [forbidden(at(index), `may not be used when \`type\` is '${type}'`)] : [],
  )
}

function rangeMistakes(ports: readonly ServicePort[]): Mistake[] {
  const {first, last} = nodePortRange
  return ports.flatMap(({nodePort}, index) => {
    if (!nodePort || (nodePort >= first && nodePort <= last)) return []
    const why = `provided port is not in the valid range. The range of valid ports is ${first}-${last}`
    return [invalid(['spec', 'ports', index, 'nodePort'], nodePort, why)]
  })
}

/** TCP and UDP may share a number, two ports of one protocol may not. */
function clashMistakes(ports: readonly ServicePort[]): Mistake[] {
  const numbers = ports.map(({nodePort, protocol}, index) => (nodePort ? `${nodePort}/${protocol}` : `none/${index}`))
  return repeated(numbers).map(index => duplicate(['spec', 'ports', index, 'nodePort'], ports[index]?.nodePort))
}

function headlessMistakes({type, clusterIP}: ServiceSpec): Mistake[] {
  return clusterIP === 'None'
    ? [invalid(['spec', 'clusterIPs', 0], 'None', `may not be set to 'None' for ${type} services`)]
    : []
}

/** A port in Go's notation, with those fields that tell it from others. */
export function goServicePort({protocol, port = 0}: PortWords): string {
  return `core.ServicePort{Name:"", Protocol:"${protocol}", AppProtocol:(*string)(nil), Port:${port}, TargetPort:intstr.IntOrString{Type:0, IntVal:0, StrVal:""}, NodePort:0}`
}

type PortWords = {readonly [K in 'protocol' | 'port']?: ServicePort[K] | undefined}
