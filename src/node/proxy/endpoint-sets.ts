import type {ProxyContext} from './proxy-mode.ts'
import type {Endpoint, ServicePort} from './service-port.ts'

/**
 * The endpoints that packets may go to: ready ones anywhere, and ready ones on this node. Where a set has none, pods that are
 * going away but still answer stand in: better an answer from one of them than none while the last ones are replaced.
 */
export type EndpointSets = {readonly cluster: readonly Endpoint[]; readonly local: readonly Endpoint[]}

export function endpointSets(
  {endpoints}: ServicePort,
  {nodeName, zone}: Pick<ProxyContext, 'nodeName' | 'zone'>,
): EndpointSets {
  return {
    cluster: hinted(usable(endpoints), zone),
    local: usable(endpoints.filter(endpoint => endpoint.nodeName === nodeName)),
  }
}

function usable(endpoints: readonly Endpoint[]): readonly Endpoint[] {
  const ready = endpoints.filter(endpoint => endpoint.ready)
  return ready.length > 0 ? ready : endpoints.filter(endpoint => endpoint.lingering)
}

/** Those that are meant for the node's zone; all of them when somebody has no hint, or nobody is meant for it. */
function hinted(endpoints: readonly Endpoint[], zone: string | undefined): readonly Endpoint[] {
  if (zone === undefined || endpoints.some(({zones}) => zones === undefined)) return endpoints
  const near = endpoints.filter(({zones = []}) => zones.includes(zone))
  return near.length > 0 ? near : endpoints
}
