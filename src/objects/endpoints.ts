import {ageOf} from './age.ts'
import {type Protocol, protocols} from './container.ts'
import {firstFew} from './first-few.ts'
import {dnsLabel, dnsSubdomain, ipAddress} from './format.ts'
import type {Kind} from './kind.ts'
import type {KubeObject} from './kube-object.ts'
import {invalid, type Mistake, type Path, required} from './mistake.ts'
import {integer, list, record, string, text} from './schema.ts'
import {isIpv4, specialAddress} from './special-address.ts'

/** Where a service's packets may go now. Has the service's name. */
export type Endpoints = KubeObject & {
  readonly apiVersion: 'v1'
  readonly kind: 'Endpoints'
  readonly subsets?: readonly EndpointSubset[]
}

/** Every address of it offers every port of it. */
export type EndpointSubset = {
  readonly addresses?: readonly EndpointAddress[]
  readonly notReadyAddresses?: readonly EndpointAddress[]
  readonly ports?: readonly EndpointPort[]
}

export type EndpointAddress = {
  readonly ip: string
  readonly hostname?: string
  readonly nodeName?: string
  readonly targetRef?: EndpointTarget
}

/** The pod behind an address. */
export type EndpointTarget = {
  readonly kind: string
  readonly namespace?: string
  readonly name: string
  readonly uid?: string
  readonly apiVersion?: string
  readonly resourceVersion?: string
  readonly fieldPath?: string
}

export type EndpointPort = {
  readonly name?: string
  readonly port: number
  readonly protocol?: Protocol
  readonly appProtocol?: string
}

const addressSchema = record(
  {
    ip: text(ipAddress),
    hostname: text(dnsLabel),
    nodeName: text(dnsSubdomain),
    targetRef: record({
      kind: string,
      namespace: string,
      name: string,
      uid: string,
      apiVersion: string,
      resourceVersion: string,
      fieldPath: string,
    }),
  },
  ['ip'],
)

const portSchema = record({name: text(dnsLabel), port: integer(1, 65535), protocol: protocols, appProtocol: string}, [
  'port',
])

export const endpointsKind: Kind<Endpoints> = {
  kind: 'Endpoints',
  plural: 'endpoints',
  singular: 'endpoints',
  shortNames: ['ep'],
  namespaced: true,
  apiVersions: ['v1'],
  countsGenerations: false,
  name: dnsSubdomain,
  fields: {
    subsets: list(
      record({addresses: list(addressSchema), notReadyAddresses: list(addressSchema), ports: list(portSchema)}),
    ),
  },
  required: [],
  defaults: endpoints =>
    endpoints.subsets ? {...endpoints, subsets: endpoints.subsets.map(withProtocols)} : endpoints,
  validate: endpoints => (endpoints.subsets ?? []).flatMap(subsetMistakes),
  initial: endpoints => endpoints,
  inherit: endpoints => endpoints,
  validateUpdate: () => [],
  columns: [
    {name: 'Name', value: endpoints => endpoints.metadata.name},
    {name: 'Endpoints', value: addressesOf},
    {name: 'Age', value: ageOf},
  ],
}

/** The first three ready addresses and how many more there are; empty when there are addresses, but none is ready. */
function addressesOf({subsets = []}: Endpoints): string {
  if (subsets.length === 0) return '<none>'
  const all = subsets.flatMap(({addresses = [], ports = []}) =>
    ports.length === 0
      ? addresses.map(({ip}) => ip)
      : ports.flatMap(({port}) => addresses.map(({ip}) => `${ip}:${port}`)),
  )
  return firstFew(all)
}

function withProtocols(subset: EndpointSubset): EndpointSubset {
  const {ports} = subset
  return ports ? {...subset, ports: ports.map(port => ({...port, protocol: port.protocol ?? 'TCP'}))} : subset
}

function subsetMistakes(
  {addresses = [], notReadyAddresses = [], ports = []}: EndpointSubset,
  index: number,
): Mistake[] {
  const path = ['subsets', index]
  const none = addresses.length + notReadyAddresses.length === 0
  const unnamed = ports.length > 1 ? ports.flatMap((port, place) => (port.name ? [] : [place])) : []
  return [
    ...(none ? [required(path, 'must specify `addresses` or `notReadyAddresses`')] : []),
    ...addressMistakes(addresses, [...path, 'addresses']),
    ...addressMistakes(notReadyAddresses, [...path, 'notReadyAddresses']),
    ...unnamed.map(place => required([...path, 'ports', place, 'name'])),
  ]
}

/** Nobody forwards a packet to such an address. */
function addressMistakes(addresses: readonly EndpointAddress[], path: Path): Mistake[] {
  return addresses.flatMap(({ip}, index) => {
    const why = isIpv4(ip) ? specialAddress(ip) : undefined
    return why === undefined ? [] : [invalid([...path, index, 'ip'], ip, why)]
  })
}
