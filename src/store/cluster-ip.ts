import {type Cidr, contains, nth, sizeOf} from '../net/cidr.ts'
import {familyOf, type Ip, type IpFamily} from '../net/ip.ts'
import {parseAnyIp} from '../net/ip6.ts'
import {equal} from '../objects/equal.ts'
import {invalid, type Mistake} from '../objects/mistake.ts'
import type {Service} from '../objects/service.ts'
import {completedFamilies, unconfiguredFamilies} from '../objects/service-families.ts'
import {RequestError} from './request-error.ts'
import type {View} from './view.ts'

/**
 * Cluster IPs. A service gets an address of the service range that stands on no interface: it lives in kube-proxy's rules
 * only. It is drawn at random from the upper part of the range. The lower part, the static band, is left to those who
 * choose their address themselves, as the cluster's DNS does with the tenth, and is drawn from only when the rest is full.
 */
export function withClusterIp(service: Service, allocation: Allocation): Service {
  const {view, random} = allocation
  const {clusterIP, clusterIPs = [], type} = service.spec
  if (type === 'ExternalName') return service
  const ipFamilies = completedFamilies(service.spec, configuredFamilies(allocation))
  if (clusterIP === 'None') return withAddresses(service, ['None'], ipFamilies)
  const isTaken = (ip: Ip) => view.count('servicesByClusterIp', ip) > 0
  const addresses = ipFamilies.map(
    (family, index) => clusterIPs[index] || freeAddress(isTaken, rangeOf(family, allocation), random),
  )
  return withAddresses(service, addresses, ipFamilies)
}

/** What the choice depends on. A cluster with a `serviceRange6` is dual-stack. `random` gives numbers from 0 up to 1. */
export type Allocation = {
  readonly view: View
  readonly serviceRange: Cidr
  readonly serviceRange6?: Cidr | undefined
  readonly random: () => number
}

function configuredFamilies({serviceRange6}: Pick<Allocation, 'serviceRange6'>): readonly IpFamily[] {
  return serviceRange6 === undefined ? ['IPv4'] : ['IPv4', 'IPv6']
}

function rangeOf(family: IpFamily, {serviceRange, serviceRange6}: Allocation): Cidr {
  return family === 'IPv6' && serviceRange6 ? serviceRange6 : serviceRange
}

/** Why a service may not have the address that it asks for. */
export function clusterIpMistakes(service: Service, allocation: Allocation): Mistake[] {
  const unconfigured = unconfiguredFamilies(service.spec, configuredFamilies(allocation))
  if (unconfigured.length > 0) return unconfigured
  const {clusterIP, clusterIPs = clusterIP ? [clusterIP] : []} = service.spec
  return clusterIPs.flatMap(text => (text === '' || text === 'None' ? [] : addressMistakes(text, service, allocation)))
}

function addressMistakes(text: string, service: Service, allocation: Allocation): Mistake[] {
  const refuse = (why: string) => [invalid(['spec', 'clusterIPs'], [text], `failed to allocate IP ${text}: ${why}`)]
  const ip = parseAnyIp(text)
  const range = rangeOf(familyOf(ip), allocation)
  if (!isUsable(ip, range))
    return refuse(`the provided IP (${text}) is not in the valid range. The range of valid IPs is ${range}`)
  const others = allocation.view.find('servicesByClusterIp', ip).filter(other => !isSame(other, service))
  return others.length > 0 ? refuse('provided IP is already allocated') : []
}

function isSame({metadata: one}: Service, {metadata: other}: Service): boolean {
  return one.name === other.name && one.namespace === other.namespace
}

/** The first address of the range: always that of the API server. */
export function apiServerAddress(serviceRange: Cidr): Ip {
  return nth(serviceRange, 1)
}

/** How many addresses at the beginning of the range are left to those who choose: a sixteenth, 16 to 256 of them. */
export function staticBand(serviceRange: Cidr): number {
  const size = sizeOf(serviceRange)
  return size < 16 ? 0 : Math.min(Math.max(16, Math.floor(size / 16)), 256)
}

/** From a random place onwards in the upper band, then in the lower one. Addresses count from 1; the last of IPv4 is broadcast. */
function freeAddress(taken: (ip: Ip) => boolean, range: Cidr, random: () => number): Ip {
  const last = sizeOf(range) - (familyOf(range) === 'IPv4' ? 2 : 1)
  const band = staticBand(range)
  const address = scan(band + 1, last) ?? scan(2, Math.min(band, last))
  if (address === undefined) throw new RequestError('internal', 'failed to allocate a serviceIP: range is full')
  return address

  function scan(low: number, high: number): Ip | undefined {
    const count = high - low + 1
    const start = Math.floor(random() * count)
    for (let step = 0; step < count; step++) {
      const ip = nth(range, low + ((start + step) % count))
      if (!taken(ip)) return ip
    }
    return undefined
  }
}

function isUsable(ip: Ip, range: Cidr): boolean {
  if (!contains(range, ip) || ip === nth(range, 0)) return false
  return familyOf(range) === 'IPv6' || ip !== nth(range, sizeOf(range) - 1)
}

/* A service that has them already stays the object that it is. */
function withAddresses(service: Service, clusterIPs: readonly string[], ipFamilies: readonly IpFamily[]): Service {
  const {spec} = service
  const given = {clusterIP: clusterIPs[0] ?? '', clusterIPs, ...(spec.ipFamilies && {ipFamilies})}
  const same = equal(spec, {...spec, ...given})
  return same ? service : {...service, spec: {...spec, ...given}}
}
