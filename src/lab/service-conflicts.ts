import type {KubeObject} from '../objects/kube-object.ts'
import type {Mistake} from './lab-error.ts'
import type {Stage} from './live-objects.ts'
import type {PlacedObject} from './manifests.ts'
import {mistakeAt} from './yaml-file.ts'

/** Services that want a cluster IP or a node port which another Service has at that time: the API server would refuse the second. */
export function serviceConflicts(stages: readonly Stage[]): readonly Mistake[] {
  const told = new Set<PlacedObject>()
  return stages.flatMap(({live, changed}) => {
    const fresh = changed.filter(placed => !told.has(placed))
    for (const placed of fresh) told.add(placed)
    const recent = new Set(fresh)
    const taken = new Map(live.filter(placed => !recent.has(placed)).flatMap(owners))
    return fresh.flatMap(placed => {
      const mistakes = claimsOf(placed).flatMap(claim => conflict(placed, claim, taken.get(claim.what)))
      for (const [what, owner] of owners(placed)) taken.set(what, taken.get(what) ?? owner)
      return mistakes
    })
  })
}

type Claim = {readonly what: string; readonly path: readonly PropertyKey[]}

function owners(placed: PlacedObject): readonly (readonly [string, string])[] {
  return claimsOf(placed).map(({what}) => [what, placed.object.metadata.name])
}

function conflict({document, path}: PlacedObject, claim: Claim, owner: string | undefined): readonly Mistake[] {
  if (owner === undefined) return []
  const place = {path: [...path, ...claim.path]}
  return [mistakeAt(document, place, `${claim.what} is taken by Service ${owner}`)]
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
