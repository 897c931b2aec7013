import type {Ip} from '../../net/ip.ts'
import type {Container} from '../../objects/container.ts'
import type {EnvSource} from '../../objects/env.ts'
import type {Pod} from '../../objects/pod.ts'
import {quantityOf} from '../../objects/resources.ts'
import {allContainers} from './pod-life.ts'

/** The addresses of a pod that is being started; its status does not have them yet. */
export type PodAddresses = {readonly ip: Ip; readonly ip6?: Ip; readonly hostIp: Ip; readonly hostIp6?: Ip}

/** What a node gives to pods altogether: `{cpu: '8', memory: '16Gi'}`. */
export type Allocatable = Readonly<Record<string, string>>

/** The text of a pod's field, as the downward API has it; empty where there is none. Files have no addresses, so none are given. */
export function podField(field: string, {metadata, spec}: Pod, addresses?: PodAddresses): string {
  const [, map, key = ''] = /^metadata\.(labels|annotations)\['([^']+)'\]$/.exec(field) ?? []
  if (map === 'labels') return metadata.labels?.[key] ?? ''
  if (map === 'annotations') return metadata.annotations?.[key] ?? ''
  const values: Readonly<Record<string, string | undefined>> = {
    'metadata.name': metadata.name,
    'metadata.namespace': metadata.namespace,
    'metadata.uid': metadata.uid,
    'metadata.labels': mapLines(metadata.labels),
    'metadata.annotations': mapLines(metadata.annotations),
    'spec.nodeName': spec.nodeName,
    'spec.serviceAccountName': spec.serviceAccountName,
    'status.hostIP': addresses?.hostIp,
    'status.hostIPs': addresses && listed(addresses.hostIp, addresses.hostIp6),
    'status.podIP': addresses?.ip,
    'status.podIPs': addresses && listed(addresses.ip, addresses.ip6),
  }
  return values[field] ?? ''
}

function listed(ip: Ip, ip6: Ip | undefined): string {
  return ip6 ? `${ip},${ip6}` : ip
}

/* app="web", a line each, by name. */
function mapLines(map: Readonly<Record<string, string>> = {}): string {
  const names = Object.keys(map).toSorted()
  return names.map(name => `${name}=${JSON.stringify(map[name])}`).join('\n')
}

/**
 * What a container asks for or may have, as a whole number of the divisor, rounded up. What it is not limited to, it may have all that the
 * node gives to pods; what it does not ask for is 0. Throws when the pod has no such container.
 */
export function resourceField(
  {containerName, resource, divisor}: NonNullable<EnvSource['resourceFieldRef']>,
  pod: Pod,
  {container: own, allocatable}: {readonly container?: Container; readonly allocatable: Allocatable},
): string {
  const container = containerName ? allContainers(pod).find(({name}) => name === containerName) : own
  if (!container) throw new Error(`container ${containerName ?? ''} not found`)
  const [kind = '', name = ''] = resource.split(/\.(.*)/s)
  const {limits = {}, requests = {}} = container.resources ?? {}
  const said = kind === 'limits' ? (limits[name] ?? allocatable[name]) : (requests[name] ?? limits[name])
  const unit = quantityOf(divisor === undefined ? 1 : (divisor as string | number)) || 1
  const scale = name === 'cpu' ? 1000 : 1
  return `${Math.ceil(Math.round(quantityOf(said ?? 0) * scale) / Math.round(unit * scale))}`
}
