import type {Cidr} from '../net/cidr.ts'
import {serviceNameLabel} from '../objects/endpoint-slice.ts'
import type {KubeObjectAny} from '../objects/kinds.ts'
import {apiServerAddress} from './cluster-ip.ts'

/** Where the API server listens, as the cluster's nodes reach it. */
export type ApiServerPlace = {readonly ip: string; readonly port: number}

/**
 * The objects that every cluster has before anybody asks for any: its namespaces, and the service `kubernetes`, which takes
 * the first address of the service range and leads to the API server. To be applied before everything else; applying them
 * again changes nothing.
 */
export function bootstrapObjects(serviceRange: Cidr, apiServer?: ApiServerPlace): readonly KubeObjectAny[] {
  const place = {name: 'kubernetes', namespace: 'default'}
  const port = apiServer?.port ?? 6443
  return [
    ...['default', 'kube-node-lease', 'kube-public', 'kube-system'].map(
      (name): KubeObjectAny => ({apiVersion: 'v1', kind: 'Namespace', metadata: {name}}),
    ),
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {...place, labels: {component: 'apiserver', provider: 'kubernetes'}},
      spec: {
        clusterIP: apiServerAddress(serviceRange),
        ports: [{name: 'https', protocol: 'TCP', port: 443, targetPort: port}],
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: {...place, labels: {'endpointslice.kubernetes.io/skip-mirror': 'true'}},
      ...(apiServer && {
        subsets: [{addresses: [{ip: apiServer.ip}], ports: [{name: 'https', port, protocol: 'TCP'}]}],
      }),
    },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {...place, labels: {[serviceNameLabel]: 'kubernetes'}},
      addressType: 'IPv4',
      endpoints: apiServer ? [{addresses: [apiServer.ip], conditions: {ready: true}}] : [],
      ports: [{name: 'https', port, protocol: 'TCP'}],
    },
  ]
}
