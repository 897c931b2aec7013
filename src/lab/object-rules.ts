import {type Cidr, contains} from '../net/cidr.ts'
import {parseIp} from '../net/ip.ts'
import type {KubeObject} from '../objects/kube-object.ts'
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

/** A cluster IP that the API server would refuse because it lies outside the service range. */
export function clusterIpMistakes(objects: readonly PlacedObject[], serviceRange: Cidr): readonly Mistake[] {
  return objects.flatMap(placed => {
    const {clusterIP = 'None'} =
      (placed.object as KubeObject & {readonly spec?: {readonly clusterIP?: string}}).spec ?? {}
    if (clusterIP === 'None' || clusterIP === '' || contains(serviceRange, parseIp(clusterIP))) return []
    const message = `the cluster IP ${clusterIP} lies outside the service range ${serviceRange}`
    return [at(placed, ['spec', 'clusterIP'], message, 'choose another, leave it out, or set cluster.serviceRange')]
  })
}

/** A Node in a manifest: nodes are machines, and a lab's machines stand under `nodes`. */
export function nodeMistakes(objects: readonly PlacedObject[]): readonly Mistake[] {
  return objects
    .filter(({object}) => object.kind === 'Node')
    .map(placed => at(placed, ['kind'], 'a manifest cannot make a node', "name it under the lab's nodes instead"))
}

function at({document, path}: PlacedObject, inner: readonly string[], message: string, hint?: string): Mistake {
  return mistakeAt(document, {path: [...path, ...inner]}, message, hint)
}
