import {type Cidr, contains, nth, sizeOf} from '../net/cidr.ts'
import {type Ip, parseIp} from '../net/ip.ts'
import {invalid, type Mistake} from '../objects/mistake.ts'
import type {Service} from '../objects/service.ts'
import {RequestError} from './request-error.ts'
import type {View} from './view.ts'

/**
 * Cluster IPs. A service gets an address of the service range that stands on no interface: it lives in kube-proxy's rules
 * only. It is drawn at random from the upper part of the range. The lower part, the static band, is left to those who
 * choose their address themselves, as the cluster's DNS does with the tenth, and is drawn from only when the rest is full.
 */
export function withClusterIp(service: Service, {view, serviceRange, random}: Allocation): Service {
  const {clusterIP, type} = service.spec
  if (type === 'ExternalName') return service
  if (clusterIP === 'None') return withAddress(service, 'None')
  if (clusterIP) return service
  return withAddress(
    service,
    freeAddress(ip => view.count('servicesByClusterIp', ip) > 0, serviceRange, random),
  )
}

/** What the choice depends on. `random` gives numbers from 0 up to 1. */
export type Allocation = {readonly view: View; readonly serviceRange: Cidr; readonly random: () => number}

/** Why a service may not have the address that it asks for. */
export function clusterIpMistakes(service: Service, {view, serviceRange}: Allocation): Mistake[] {
  const {clusterIP} = service.spec
  if (!clusterIP || clusterIP === 'None') return []
  const refuse = (why: string) => [
    invalid(['spec', 'clusterIPs'], [clusterIP], `failed to allocate IP ${clusterIP}: ${why}`),
  ]
  if (!isUsable(parseIp(clusterIP), serviceRange))
    return refuse(`the provided IP (${clusterIP}) is not in the valid range. The range of valid IPs is ${serviceRange}`)
  const others = view.find('servicesByClusterIp', clusterIP).filter(other => !isSame(other, service))
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

/** From a random place onwards in the upper band, then in the lower one. Addresses count from 1; the last is broadcast. */
function freeAddress(taken: (ip: Ip) => boolean, range: Cidr, random: () => number): Ip {
  const last = sizeOf(range) - 2
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
  return contains(range, ip) && ip !== nth(range, 0) && ip !== nth(range, sizeOf(range) - 1)
}

function withAddress(service: Service, clusterIP: string): Service {
  return {...service, spec: {...service.spec, clusterIP, clusterIPs: [clusterIP]}}
}
