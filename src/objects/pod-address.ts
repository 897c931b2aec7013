import {familyOf, type IpFamily, ipNumber} from '../net/ip.ts'
import {ip6Number, parseAnyIp} from '../net/ip6.ts'
import type {Pod} from './pod.ts'

/** The address that a pod has of a family; undefined before it has one, or when it has none of that family. */
export function podAddress({status}: Pod, family: IpFamily): string | undefined {
  const listed = status?.podIPs?.find(({ip}) => familyOf(ip) === family)?.ip
  const [first] = [status?.podIP].filter(ip => ip !== undefined && familyOf(ip) === family)
  return listed ?? first
}

/** An address as a number, by which those of one family can be sorted. */
export function addressPlace(ip: string): number | bigint {
  return familyOf(ip) === 'IPv4' ? ipNumber(parseAnyIp(ip)) : ip6Number(parseAnyIp(ip))
}

/** The order of two such places. */
export function comparePlaces(a: number | bigint, b: number | bigint): number {
  return a < b ? -1 : a > b ? 1 : 0
}
