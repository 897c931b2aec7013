import {nth, sizeOf} from '../net/cidr.ts'
import type {KubeObject} from '../objects/kube-object.ts'
import type {ClusterConfig} from './lab.ts'
import type {Mistake} from './lab-error.ts'
import type {PlacedObject} from './manifests.ts'
import type {Fault} from './shape.ts'
import type {WantedPods} from './wanted-pods.ts'
import {mistakeAt} from './yaml-file.ts'

/** The place of the DNS's cluster IP in the service range, by custom. */
const place = 10

const without = 'cluster: {dns: false} makes a lab without DNS'

/** A service range that has no address for the cluster's DNS. */
export function dnsFaults({dns, serviceRange}: ClusterConfig): readonly Fault[] {
  if (!dns || sizeOf(serviceRange) > place + 1) return []
  const message = `the service range ${serviceRange} has no tenth address, which is that of the cluster's DNS`
  return [{path: ['cluster', 'serviceRange'], message, hint: `expected a /28 or larger; ${without}`}]
}

/** A Service that wants the cluster IP of the DNS. Who brings a kube-dns of his own may have it. */
export function dnsMistakes(objects: readonly PlacedObject[], cluster: ClusterConfig): readonly Mistake[] {
  if (!cluster.dns || dnsFaults(cluster).length > 0) return []
  const address = nth(cluster.serviceRange, place)
  return objects.flatMap(({object, document, path}) => {
    const {kind, metadata, spec} = object as KubeObject & {readonly spec?: {readonly clusterIP?: string}}
    const isDns = metadata.namespace === 'kube-system' && metadata.name === 'kube-dns'
    if (kind !== 'Service' || spec?.clusterIP !== address || isDns) return []
    const message = `the cluster IP ${address} is that of the cluster's DNS`
    return [mistakeAt(document, {path: [...path, 'spec', 'clusterIP']}, message, `choose another; ${without}`)]
  })
}

/** The pods that answer for names. */
export function dnsPods({dns}: ClusterConfig): readonly WantedPods[] {
  const labels = {'k8s-app': 'kube-dns'}
  const own = {name: 'coredns', namespace: 'kube-system', generated: true, addressed: true, count: 2}
  return dns ? [{...own, labels}] : []
}
