import {contains} from '../net/cidr.ts'
import {familyOf} from '../net/ip.ts'
import {parseAnyIp} from '../net/ip6.ts'
import type {Service} from '../objects/service.ts'
import {unconfiguredFamilies} from '../objects/service-families.ts'
import type {ClusterConfig} from './lab.ts'
import type {Mistake} from './lab-error.ts'
import type {PlacedObject} from './manifests.ts'
import {mistakeAt} from './yaml-file.ts'

/** A second object of the same kind, namespace and name: it would overwrite the first in silence. */
export function duplicates(objects: readonly PlacedObject[]): readonly Mistake[] {
  const seen = new Map<string, PlacedObject>()
  return objects.flatMap(placed => {
    const {kind, metadata} = placed.object
    const key = `${kind} ${metadata.namespace}/${metadata.name}`
    const first = seen.get(key)
    if (first === undefined) seen.set(key, placed)
    if (first === undefined || !metadata.name) return []
    const {file, line} = at(first, ['metadata', 'name'], '')
    return [
      at(
        placed,
        ['metadata', 'name'],
        `a second ${kind} named ${metadata.name}`,
        `the first stands at ${file}:${line}`,
      ),
    ]
  })
}

/** A cluster IP that the API server would refuse because it lies outside the service ranges, or a family that the cluster lacks. */
export function clusterIpMistakes(
  objects: readonly PlacedObject[],
  {serviceRange, ipv6}: ClusterConfig,
): readonly Mistake[] {
  const ranges = [serviceRange, ...(ipv6 ? [ipv6.serviceRange] : [])]
  return objects.flatMap(placed => {
    if (placed.object.kind !== 'Service') return []
    const {spec} = placed.object as Service
    const lacking = unconfiguredFamilies(spec, ipv6 ? ['IPv4', 'IPv6'] : ['IPv4'])
    if (lacking.length > 0)
      return lacking.map(({path, message}) => at(placed, path, message, 'see ipFamilies under cluster'))
    const {clusterIP = ''} = spec
    const {clusterIPs = [clusterIP]} = spec
    return clusterIPs.flatMap(ip => {
      if (ip === 'None' || ip === '' || ranges.some(range => contains(range, parseAnyIp(ip)))) return []
      const range = familyOf(ip) === 'IPv6' && ipv6 ? ipv6.serviceRange : serviceRange
      const message = `the cluster IP ${ip} lies outside the service range ${range}`
      return [at(placed, ['spec', 'clusterIP'], message, 'choose another, leave it out, or set cluster.serviceRange')]
    })
  })
}

/** A Node in a manifest: nodes are machines, and a lab's machines stand under `nodes`. */
export function nodeMistakes(objects: readonly PlacedObject[]): readonly Mistake[] {
  return objects
    .filter(({object}) => object.kind === 'Node')
    .map(placed => at(placed, ['kind'], 'a manifest cannot make a node', "name it under the lab's nodes instead"))
}

function at({document, path}: PlacedObject, inner: readonly PropertyKey[], message: string, hint?: string): Mistake {
  return mistakeAt(document, {path: [...path, ...inner]}, message, hint)
}
