import type {EndpointAddress, EndpointSubset} from '../objects/endpoints.ts'

/** An Endpoints object holds no more addresses: it is sent whole to every node with every change. */
const capacity = 1000

type Side = 'addresses' | 'notReadyAddresses'

export function isTruncated(subsets: readonly EndpointSubset[]): boolean {
  return total(subsets, 'addresses') + total(subsets, 'notReadyAddresses') > capacity
}

/**
 * The subsets cut down to what an Endpoints object may hold: ready addresses first, and of those that do not all fit each
 * subset keeps its share, rounded up as long as there is room.
 */
export function truncate(subsets: readonly EndpointSubset[]): readonly EndpointSubset[] {
  if (!isTruncated(subsets)) return subsets
  const ready = total(subsets, 'addresses')
  return ready > capacity
    ? cut(subsets, 'addresses', capacity).map(({notReadyAddresses, ...subset}) => subset)
    : cut(subsets, 'notReadyAddresses', capacity - ready)
}

function cut(subsets: readonly EndpointSubset[], side: Side, room: number): readonly EndpointSubset[] {
  const all = total(subsets, side)
  let left = room
  return subsets.map(subset => {
    const {[side]: addresses = [], ...rest} = subset
    const share = Math.min(left, Math.ceil((addresses.length / all) * room))
    left -= share
    const kept: readonly EndpointAddress[] = addresses.slice(0, share)
    return kept.length > 0 ? {...rest, [side]: kept} : rest
  })
}

function total(subsets: readonly EndpointSubset[], side: Side): number {
  return subsets.reduce((sum, subset) => sum + (subset[side]?.length ?? 0), 0)
}
