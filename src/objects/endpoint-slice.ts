import {ageOf} from './age.ts'
import type {Protocol} from './container.ts'
import {endpointSliceDefaults, endpointSliceFields, endpointSliceMistakes} from './endpoint-slice-rules.ts'
import {firstFew} from './first-few.ts'
import {dnsSubdomain} from './format.ts'
import type {Kind} from './kind.ts'
import type {KubeObject} from './kube-object.ts'
import {invalid} from './mistake.ts'
import type {ObjectReference} from './object-reference.ts'

/** A part of a service's endpoints, of one address family. The label `kubernetes.io/service-name` says whose. */
export type EndpointSlice = KubeObject & {
  readonly apiVersion: 'discovery.k8s.io/v1'
  readonly kind: 'EndpointSlice'
  readonly addressType: AddressType
  readonly endpoints: readonly SliceEndpoint[]
  /** Every endpoint of it offers every port of it. */
  readonly ports?: readonly SlicePort[]
}

export type AddressType = 'IPv4' | 'IPv6' | 'FQDN'

export type SliceEndpoint = {
  readonly addresses: readonly string[]
  readonly conditions?: SliceConditions
  readonly hostname?: string
  readonly nodeName?: string
  readonly zone?: string
  readonly targetRef?: ObjectReference
  readonly hints?: {readonly forZones?: readonly {readonly name: string}[]}
  readonly deprecatedTopology?: Readonly<Record<string, string>>
}

/** `ready`: new connections may go there; `serving`: it would answer; `terminating`: it is going away. */
export type SliceConditions = {
  readonly ready?: boolean
  readonly serving?: boolean
  readonly terminating?: boolean
}

export type SlicePort = {
  readonly name?: string
  readonly port?: number
  readonly protocol?: Protocol
  readonly appProtocol?: string
}

/** The label that names the service of a slice. */
export const serviceNameLabel = 'kubernetes.io/service-name'

export const endpointSliceKind: Kind<EndpointSlice> = {
  kind: 'EndpointSlice',
  plural: 'endpointslices',
  singular: 'endpointslice',
  shortNames: [],
  namespaced: true,
  apiVersions: ['discovery.k8s.io/v1'],
  countsGenerations: true,
  name: dnsSubdomain,
  fields: endpointSliceFields,
  required: ['addressType'],
  defaults: endpointSliceDefaults,
  validate: endpointSliceMistakes,
  initial: slice => slice,
  inherit: slice => slice,
  validateUpdate: ({addressType}, before) =>
    addressType === before.addressType ? [] : [invalid(['addressType'], addressType, 'field is immutable')],
  columns: [
    {name: 'Name', value: slice => slice.metadata.name},
    {name: 'AddressType', value: slice => slice.addressType},
    {name: 'Ports', value: ({ports = []}) => firstFew(ports.map(portWord)) || '<unset>'},
    {
      name: 'Endpoints',
      value: ({endpoints}) => firstFew(endpoints.flatMap(({addresses}) => addresses)) || '<unset>',
    },
    {name: 'Age', value: ageOf},
  ],
}

function portWord({port, name}: SlicePort): string {
  return port === undefined ? name || '*' : `${port}`
}
