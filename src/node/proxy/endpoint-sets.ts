import type {Endpoint, ServicePort} from './service-port.ts'

/** The endpoints that packets may go to: ready ones anywhere, and those of them that are on this node. */
export type EndpointSets = {readonly cluster: readonly Endpoint[]; readonly local: readonly Endpoint[]}

export function endpointSets({endpoints}: ServicePort, nodeName: string): EndpointSets {
  const cluster = endpoints.filter(endpoint => endpoint.ready)
  return {cluster, local: cluster.filter(endpoint => endpoint.nodeName === nodeName)}
}
