import type {KubeObject} from '../objects/kube-object.ts'
import type {Mistake} from './lab-error.ts'
import type {Stage} from './live-objects.ts'
import type {PlacedObject} from './manifests.ts'
import {mistakeAt} from './yaml-file.ts'

/** Services that want a cluster IP or a node port which another Service has at that time: the API server would refuse the second. */
export function serviceConflicts(stages: readonly Stage[]): readonly Mistake[] {
  const told = new Set<PlacedObject>()
  return stages.flatMap(({live, changed}) =>
    changed.flatMap((placed, index) => {
      if (told.has(placed)) return []
      told.add(placed)
      const later = new Set(changed.slice(index))
      const earlier = live.filter(one => !later.has(one))
      return claimsOf(placed).flatMap(claim => conflict(placed, claim, earlier))
    }),
  )
}

type Claim = {readonly what: string; readonly path: readonly PropertyKey[]}

function conflict(placed: PlacedObject, {what, path}: Claim, earlier: readonly PlacedObject[]): readonly Mistake[] {
  const other = earlier.find(one => claimsOf(one).some(claim => claim.what === what))
  if (other === undefined) return []
  const place = {path: [...placed.path, ...path]}
  return [mistakeAt(placed.document, place, `${what} is taken by Service ${other.object.metadata.name}`)]
}

function claimsOf({object}: PlacedObject): readonly Claim[] {
  const {kind, spec} = object as ServiceLike
  if (kind !== 'Service' || spec === undefined) return []
  const {clusterIP, ports = []} = spec
  const address =
    clusterIP && clusterIP !== 'None' ? [{what: `the cluster IP ${clusterIP}`, path: ['spec', 'clusterIP']}] : []
  const nodePorts = ports.flatMap(({nodePort, protocol = 'TCP'}, index) =>
    nodePort ? [{what: `the node port ${nodePort}/${protocol}`, path: ['spec', 'ports', index, 'nodePort']}] : [],
  )
  return [...address, ...nodePorts]
}

type ServiceLike = KubeObject & {
  readonly spec?: {
    readonly clusterIP?: string
    readonly ports?: readonly {readonly nodePort?: number; readonly protocol?: string}[]
  }
}
