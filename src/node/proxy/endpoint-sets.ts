import type {Endpoint, ServicePort} from './service-port.ts'

/**
 * The endpoints that packets may go to: ready ones anywhere, and ready ones on this node. Where a set has none, pods that are
 * going away but still answer stand in: better an answer from one of them than none while the last ones are replaced.
 */
export type EndpointSets = {readonly cluster: readonly Endpoint[]; readonly local: readonly Endpoint[]}

export function endpointSets({endpoints}: ServicePort, nodeName: string): EndpointSets {
  return {
    cluster: usable(endpoints),
    local: usable(endpoints.filter(endpoint => endpoint.nodeName === nodeName)),
  }
}

function usable(endpoints: readonly Endpoint[]): readonly Endpoint[] {
  const ready = endpoints.filter(endpoint => endpoint.ready)
  return ready.length > 0 ? ready : endpoints.filter(endpoint => endpoint.lingering)
}
