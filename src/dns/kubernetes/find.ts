import {isIP} from 'node:net'
import {canonicalAddress} from '../wire/address.ts'
import type {ClusterNames, NamedAddress, NamedPort, NamedService} from './cluster-names.ts'
import type {KubernetesConfig} from './config.ts'

/** What a name of the cluster stands for. */
export type Found =
  /** Nothing, and nothing below it: the name does not exist. */
  | {readonly kind: 'nothing'}
  /** It exists, and has no records of its own: `svc`, `default.svc`. */
  | {readonly kind: 'empty'}
  | {readonly kind: 'hosts'; readonly hosts: readonly Host[]}
  | {readonly kind: 'external'; readonly target: string}

/** An address and port behind a name, and the name that stands for this one alone, within the zone. */
export type Host = {readonly name: string; readonly address: string; readonly port: number}

export type Cluster = {readonly names: ClusterNames; readonly config: KubernetesConfig}

/**
 * Finds what stands under a name, given without its zone and in lower case:
 *
 *     [endpoint.|_port._protocol.]service.namespace.svc        address.namespace.pod
 */
export function find({names, config}: Cluster, base: string): Found {
  const labels = splitLabels(base)
  const kind = labels.pop()
  if (kind === undefined) return empty
  if (kind !== 'svc' && kind !== 'pod') return nothing
  const namespace = labels.pop()
  const name = labels.pop()
  if (labels.length > 2) return nothing
  if (namespace === undefined) return empty
  if (!exposes({names, config}, namespace)) return nothing
  if (kind === 'pod') return findPod({names, config}, namespace, name)
  if (name === undefined) return empty
  const service = names.service(namespace, name)
  if (!service || !selects(config.labels, service.labels)) return nothing
  const [first = '', second = ''] = labels
  const wanted = labels.length === 1 ? {endpoint: first} : {port: unscored(first), protocol: unscored(second)}
  return findService({names, config}, service, wanted)
}

/** Whether names of a namespace are given out: it is there, and not left out in the Corefile. */
export function exposes({names, config}: Cluster, namespace: string): boolean {
  if (config.namespaces && !config.namespaces.has(namespace)) return false
  const found = names.namespace(namespace)
  return found !== undefined && selects(config.namespaceLabels, found.metadata.labels)
}

function selects(selected: KubernetesConfig['labels'], labels: Readonly<Record<string, string>> | undefined): boolean {
  return selected === undefined || selected(labels ?? {})
}

const empty: Found = {kind: 'empty'}
const nothing: Found = {kind: 'nothing'}

type Wanted = {readonly endpoint?: string; readonly port?: string; readonly protocol?: string}

function findService({names, config}: Cluster, service: NamedService, wanted: Wanted): Found {
  const {externalName, headless} = service
  const {endpoint = '', port = '', protocol = ''} = wanted
  if (externalName !== undefined) {
    const reachable = endpoint === '' && port === '' && protocol === '' && isIP(externalName) === 0
    return reachable ? {kind: 'external', target: externalName} : nothing
  }
  const {namespace, name} = service
  const owner = `${name}.${namespace}.svc`
  if (headless || endpoint !== '') {
    const hosts = names.endpoints(namespace, name).flatMap(({addresses, ports}) =>
      addresses
        .map(one => ({host: hostOf(one, config), address: one.address}))
        .filter(({host}) => endpoint === '' || host === endpoint)
        .flatMap(({host, address}) =>
          ports
            .filter(one => isWanted(one, port, protocol))
            .map(one => ({name: host === '' ? owner : `${host}.${owner}`, address, port: one.port})),
        ),
    )
    return hosts.length > 0 ? {kind: 'hosts', hosts} : nothing
  }
  if (config.ignoreEmptyService && names.endpoints(namespace, name).every(({addresses}) => addresses.length === 0))
    return nothing
  const ports = service.ports.filter(one => isWanted(one, port, protocol))
  if (ports.length === 0) return nothing
  const hosts = ports.flatMap(one => service.addresses.map(address => ({name: owner, address, port: one.port})))
  return {kind: 'hosts', hosts}
}

function isWanted(one: NamedPort, port: string, protocol: string): boolean {
  return (port === '' || one.name === port) && (protocol === '' || one.protocol === protocol)
}

/** The label of an endpoint of a headless Service: its hostname, or its address with dashes. */
export function hostOf({address, hostname = '', podName = ''}: NamedAddress, config: KubernetesConfig): string {
  if (hostname !== '') return hostname.toLowerCase()
  if (config.endpointPodNames && podName !== '') return podName
  return address.replace(/[.:]/g, '-')
}

function findPod({names, config}: Cluster, namespace: string, name: string | undefined): Found {
  if (config.pods === 'disabled') return nothing
  if (name === undefined) return empty
  const isDotted = name.split('-').length === 4 && !name.includes('--')
  const address = canonicalAddress(name.replaceAll('-', isDotted ? '.' : ':'))
  if (address === undefined) return nothing
  const verified = () => names.podsAt(address).some(pod => pod.namespace === namespace)
  if (config.pods === 'verified' && !verified()) return nothing
  return {kind: 'hosts', hosts: [{name: `${name}.${namespace}.pod`, address, port: 0}]}
}

function unscored(label: string): string {
  return label.startsWith('_') ? label.slice(1) : label
}

/* A dot behind a backslash is within a label. */
function splitLabels(base: string): string[] {
  if (base === '') return []
  return base.includes('\\') ? (base.match(/(?:\\.|[^.\\])+/g) ?? []) : base.split('.')
}
