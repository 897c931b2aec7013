import type {Pod} from '../../objects/pod.ts'

/**
 * Pods whose annotation says `end` get the last free address of their node's subnet, not the first behind that given out last: those of the
 * cluster itself, so that the pods of a lab have the same addresses with and without them.
 */
export const addressFrom = 'podlab.io/address-from'

export function wantsLastAddress({metadata}: Pod): boolean {
  return metadata.annotations?.[addressFrom] === 'end'
}
