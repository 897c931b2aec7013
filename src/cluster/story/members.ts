import type {EndpointSlice, SliceConditions} from '../../objects/endpoint-slice.ts'
import type {Endpoints} from '../../objects/endpoints.ts'
import type {KubeObjectAny} from '../../objects/kinds.ts'

/** An address behind a Service. */
export type Member = {
  /** The pod's; empty when it is no pod. */
  readonly name: string
  /** `ready`, or what else it is, in words. */
  readonly state: string
}

/** The addresses that an object lists. */
export function membersOf(object: KubeObjectAny | undefined): ReadonlyMap<string, Member> {
  if (object?.kind === 'Endpoints') return endpointsMembers(object)
  if (object?.kind === 'EndpointSlice') return sliceMembers(object)
  return new Map()
}

function endpointsMembers({subsets = []}: Endpoints): ReadonlyMap<string, Member> {
  const all = subsets.flatMap(({addresses = [], notReadyAddresses = []}) => [
    ...addresses.map(address => ({...address, state: 'ready'})),
    ...notReadyAddresses.map(address => ({...address, state: 'not ready'})),
  ])
  return new Map(all.map(({ip, targetRef, state}) => [ip, {name: targetRef?.name ?? '', state}]))
}

function sliceMembers({endpoints}: EndpointSlice): ReadonlyMap<string, Member> {
  const all = endpoints.flatMap(({addresses, targetRef, conditions}) =>
    addresses.map((ip): [string, Member] => [ip, {name: targetRef?.name ?? '', state: stateOf(conditions)}]),
  )
  return new Map(all)
}

function stateOf({ready, serving, terminating}: SliceConditions = {}): string {
  if (terminating) return serving ? 'ending, and still serves' : 'ending, and serves no more'
  return ready === false ? 'not ready' : 'ready'
}
