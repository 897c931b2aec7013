import {allOf, availableIn, fenceposts, type Rollout, type Scaling, sizeOf, sum, wantedBy} from './rollout.ts'

/**
 * One step of a rolling update: new pods while there is room above what is wanted, else old ones away while enough are available.
 * Nothing is left to do when this gives nothing.
 */
export function rollingStep(rollout: Rollout): readonly Scaling[] {
  const up = newSetSteps(rollout)
  return up.length > 0 ? up : oldSetSteps(rollout)
}

function newSetSteps(rollout: Rollout): readonly Scaling[] {
  const {deployment, current: set} = rollout
  if (set === undefined || sizeOf(set) === wantedBy(deployment)) return []
  if (sizeOf(set) > wantedBy(deployment)) return [{set, replicas: wantedBy(deployment)}]
  const replicas = newSetSize(rollout)
  return replicas === sizeOf(set) ? [] : [{set, replicas}]
}

/** How many pods the set with the deployment's template may have now, be it there already or not. */
export function newSetSize(rollout: Rollout): number {
  const {deployment, current} = rollout
  const size = current ? sizeOf(current) : 0
  const wanted = wantedBy(deployment)
  if (deployment.spec.strategy?.type === 'Recreate') return wanted
  const room = wanted + fenceposts(deployment).surge - sum(allOf(rollout), sizeOf)
  return room <= 0 ? size : size + Math.min(room, wanted - size)
}

function oldSetSteps(rollout: Rollout): readonly Scaling[] {
  const {deployment, current} = rollout
  const leastAvailable = wantedBy(deployment) - fenceposts(deployment).unavailable
  const notYet = current ? sizeOf(current) - availableIn(current) : 0
  const spare = sum(allOf(rollout), sizeOf) - leastAvailable - notYet
  if (spare <= 0) return []
  const sizes = new Map(rollout.old.map(set => [set, sizeOf(set)]))
  dropUnavailable(sizes, spare)
  const available = sum(allOf(rollout), availableIn)
  drop(sizes, available - leastAvailable)
  return [...sizes].filter(([set, size]) => size !== sizeOf(set)).map(([set, replicas]) => ({set, replicas}))
}

type Sizes = Map<Rollout['old'][number], number>

/** Old pods that serve nobody go first: nobody misses them. */
function dropUnavailable(sizes: Sizes, most: number): void {
  let left = most
  for (const [set, size] of sizes) {
    const dropped = Math.max(0, Math.min(left, size - availableIn(set)))
    sizes.set(set, size - dropped)
    left -= dropped
  }
}

function drop(sizes: Sizes, most: number): void {
  let left = Math.max(0, most)
  for (const [set, size] of sizes) {
    const dropped = Math.min(left, size)
    sizes.set(set, size - dropped)
    left -= dropped
  }
}
