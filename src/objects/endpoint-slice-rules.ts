import {protocols, repeated} from './container.ts'
import type {AddressType, EndpointSlice, SliceEndpoint, SlicePort} from './endpoint-slice.ts'
import {dnsLabel, dnsSubdomain, ipAddress, labelValue, qualifiedName} from './format.ts'
import {duplicate, invalid, type Mistake, type Path, required, tooMany} from './mistake.ts'
import {objectReferenceSchema} from './object-reference.ts'
import {boolean, integer, list, map, oneOf, record, type Schema, string, text} from './schema.ts'
import {isIpv4, specialAddress} from './special-address.ts'

const endpointSchema = record(
  {
    addresses: list(string),
    conditions: record({ready: boolean, serving: boolean, terminating: boolean}),
    hostname: text(dnsLabel),
    nodeName: text(dnsSubdomain),
    zone: text(labelValue),
    targetRef: objectReferenceSchema,
    hints: record({forZones: list(record({name: string}, ['name']))}),
    deprecatedTopology: map(text(labelValue), qualifiedName),
  },
  ['addresses'],
)

/** Without a number, a port stands for all. */
const portSchema = record({
  name: string,
  port: integer(1, 65535),
  protocol: protocols,
  appProtocol: text(qualifiedName),
})

export const endpointSliceFields: Readonly<Record<string, Schema>> = {
  addressType: oneOf('FQDN', 'IPv4', 'IPv6'),
  endpoints: list(endpointSchema),
  ports: list(portSchema),
}

export function endpointSliceDefaults(slice: EndpointSlice): EndpointSlice {
  const named = (port: SlicePort): SlicePort => ({...port, name: port.name ?? '', protocol: port.protocol ?? 'TCP'})
  return {...slice, endpoints: slice.endpoints ?? [], ...(slice.ports && {ports: slice.ports.map(named)})}
}

const most = {endpoints: 1000, addresses: 100, ports: 20_000, zones: 8} as const

export function endpointSliceMistakes({addressType, endpoints, ports = []}: EndpointSlice): Mistake[] {
  if (endpoints.length > most.endpoints) return [tooMany(['endpoints'], endpoints.length, most.endpoints)]
  return [
    ...endpoints.flatMap((endpoint, index) => endpointMistakes(endpoint, addressType, ['endpoints', index])),
    ...portMistakes(ports),
  ]
}

function endpointMistakes({addresses, hints}: SliceEndpoint, type: AddressType, path: Path): Mistake[] {
  const place = [...path, 'addresses']
  const zones = hints?.forZones ?? []
  return [
    ...(addresses.length === 0 ? [required(place, 'must contain at least 1 address')] : []),
    ...(addresses.length > most.addresses ? [tooMany(place, addresses.length, most.addresses)] : []),
    ...addresses.flatMap((address, index) => addressMistakes(address, type, [...place, index])),
    ...(zones.length > most.zones ? [tooMany([...path, 'hints', 'forZones'], zones.length, most.zones)] : []),
  ]
}

function addressMistakes(address: string, type: AddressType, path: Path): Mistake[] {
  switch (type) {
    case 'IPv4': {
      const why = isIpv4(address) ? specialAddress(address) : 'must be a valid IPv4 address'
      return why === undefined ? [] : [invalid(path, address, why)]
    }
    case 'IPv6':
      return address.includes(':') && ipAddress(address) === undefined
        ? []
        : [invalid(path, address, 'must be a valid IPv6 address')]
    case 'FQDN': {
      const why =
        dnsSubdomain(address) ??
        (address.includes('.') ? undefined : 'should be a domain with at least two segments separated by dots')
      return why === undefined ? [] : [invalid(path, address, why)]
    }
  }
}

function portMistakes(ports: readonly SlicePort[]): Mistake[] {
  if (ports.length > most.ports) return [tooMany(['ports'], ports.length, most.ports)]
  const names = ports.map(({name}) => name ?? '')
  return [
    ...repeated(names).map(index => duplicate(['ports', index, 'name'], names[index])),
    ...names.flatMap((name, index) => {
      const why = name === '' ? undefined : dnsLabel(name)
      return why === undefined ? [] : [invalid(['ports', index, 'name'], name, why)]
    }),
  ]
}
