import {type Cidr, parseAnyNetwork} from '../../net/cidr.ts'
import {familyOf} from '../../net/ip.ts'
import {type PortRange, parsePortRange, printPortRange} from '../../net/port-range.ts'
import type {ConfigMap} from '../../objects/config-map.ts'
import {type ProxyPeriods, readPeriods} from './periods.ts'

/** How kube-proxy works on every node: what of the KubeProxyConfiguration (kubeproxy.config.k8s.io/v1alpha1) podlab goes by. */
export type ProxyConfiguration = ProxyPeriods & {
  readonly mode: ProxyModeName
  /** Packets for a cluster IP that come from elsewhere are masqueraded. Without it, none are. */
  readonly clusterCIDR?: Cidr
  /** The same of IPv6, in a dual-stack cluster: the second part of `clusterCIDR`, behind a comma. */
  readonly clusterCIDR6?: Cidr
  readonly masqueradeAll: boolean
  /** Whether node ports answer on 127.0.0.1, too; in iptables mode only. */
  readonly localhostNodePorts: boolean
  /** The networks of those of a node's addresses at which node ports answer; all of them when empty. */
  readonly nodePortAddresses: readonly Cidr[]
  /** Where the userspace mode takes the ports from at which it listens; anywhere when left out. */
  readonly portRange?: PortRange
  /** Of which version of Kubernetes the rules of iptables mode are; v1.30 when left out. */
  readonly profile?: ProfileName
  /** How ip_vs chooses an endpoint; round robin when left out. */
  readonly scheduler?: IpvsScheduler
  /** In ipvs mode: ARP is answered for addresses of the link that it is asked on, and not for those of kube-ipvs0. */
  readonly strictARP?: boolean
}

export type ProfileName = 'v1.18' | 'v1.30'
export const profileNames = ['v1.18', 'v1.30'] as const satisfies readonly ProfileName[]

export type ProxyModeName = 'userspace' | 'iptables' | 'ipvs' | 'nftables'
export const proxyModeNames = ['userspace', 'iptables', 'ipvs', 'nftables'] as const satisfies readonly ProxyModeName[]

/** The schedulers that kube-proxy takes. */
export const ipvsSchedulers = ['rr', 'wrr', 'lc', 'wlc', 'lblc', 'lblcr', 'sh', 'dh', 'sed', 'nq', 'mh'] as const
export type IpvsScheduler = (typeof ipvsSchedulers)[number]

/** Where kubeadm, too, keeps the configuration of every kube-proxy. */
export const proxyConfigMap = {namespace: 'kube-system', name: 'kube-proxy'} as const
const file = 'config.conf'
/* On a cluster it is the version of the program; so it stands beside its configuration, which has no such field. */
const profileKey = 'profile'

export const defaultProxyConfiguration: ProxyConfiguration = {
  mode: 'iptables',
  masqueradeAll: false,
  localhostNodePorts: true,
  nodePortAddresses: [],
}

/** A configuration that kube-proxy cannot work by; the message says which field, and what it may be. */
export class ProxyConfigurationError extends Error {
  override readonly name = 'ProxyConfigurationError'
}

/** The ConfigMap with a configuration, as people find and edit it: `kubectl -n kube-system edit configmap kube-proxy`. */
export function proxyConfigMapOf(configuration: ProxyConfiguration): ConfigMap {
  const {
    mode,
    clusterCIDR = '',
    clusterCIDR6,
    masqueradeAll,
    localhostNodePorts,
    nodePortAddresses,
    portRange,
  } = configuration
  const {scheduler = '""', strictARP = false} = configuration
  const text = `apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
clusterCIDR: ${[clusterCIDR, clusterCIDR6].filter(Boolean).join(',') || '""'}
iptables:
  localhostNodePorts: ${localhostNodePorts}
  masqueradeAll: ${masqueradeAll}
ipvs:
  scheduler: ${scheduler}
  strictARP: ${strictARP}
mode: ${mode}
nodePortAddresses: [${nodePortAddresses.join(', ')}]
portRange: ${portRange ? printPortRange(portRange) : '""'}
`
  written.set(text, configuration)
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {...proxyConfigMap, labels: {app: 'kube-proxy'}},
    data: {[file]: text, ...(configuration.profile && {[profileKey]: configuration.profile})},
  }
}

/** The profile that a ConfigMap names. */
export function profileIn(configMap: ConfigMap | undefined): string {
  return configMap?.data?.[profileKey] || defaultProfile
}

/** The ConfigMap with another profile. */
export function withProfile(configMap: ConfigMap, profile: string): ConfigMap {
  return {...configMap, data: {...configMap.data, [profileKey]: profile}}
}

const defaultProfile: ProfileName = 'v1.30'

/** The mode that a ConfigMap names, however sound the rest of it is. */
export function modeIn(configMap: ConfigMap | undefined): string {
  return modeLine.exec(configMap?.data?.[file] ?? '')?.groups?.mode || defaultProxyConfiguration.mode
}

/** The ConfigMap with another mode; all else stays as people have written it. */
export function withMode(configMap: ConfigMap, mode: string): ConfigMap {
  const text = configMap.data?.[file] ?? ''
  const line = `mode: ${mode}`
  const changed = modeLine.test(text) ? text.replace(modeLine, line) : `${text.trimEnd()}\n${line}\n`
  return {...configMap, data: {...configMap.data, [file]: changed}}
}

const modeLine = /^mode:[ \t]*(?<mode>[^\s#]*).*$/m

/* What this process has printed needs no parser, whose load would slow each lab's start. */
const written = new Map<string, ProxyConfiguration>()

/** Reads the configuration of a ConfigMap; what it does not say is as it is by default. Throws ProxyConfigurationError. */
export async function readProxyConfiguration({data = {}}: ConfigMap): Promise<ProxyConfiguration> {
  const text = data[file]
  if (text === undefined)
    throw new ProxyConfigurationError(`${file} is missing in the ConfigMap kube-system/kube-proxy`)
  const named = data[profileKey]
  const profile = named ? {profile: oneOf(profileNames, named, profileKey)} : {}
  return {...(written.get(text) ?? fromDocument(await parseYaml(text))), ...profile}
}

async function parseYaml(text: string): Promise<unknown> {
  const {parse} = await import('yaml')
  try {
    return parse(text)
  } catch (error) {
    throw new ProxyConfigurationError(`${file} is no YAML: ${(error as Error).message.split('\n')[0]}`)
  }
}

type Mapping = Readonly<Record<string, unknown>>

function fromDocument(document: unknown): ProxyConfiguration {
  const top = mapping(document, file)
  if (top.kind !== 'KubeProxyConfiguration')
    throw new ProxyConfigurationError(`kind: ${show(top.kind)}: expected KubeProxyConfiguration`)
  const [iptables, nftables] = [mapping(top.iptables ?? {}, 'iptables'), mapping(top.nftables ?? {}, 'nftables')]
  // An empty word means the default, as in Kubernetes.
  const mode = oneOf(proxyModeNames, top.mode || defaultProxyConfiguration.mode, 'mode')
  const masquerade = mode === 'nftables' ? (nftables.masqueradeAll ?? iptables.masqueradeAll) : iptables.masqueradeAll
  return {
    ...defaultProxyConfiguration,
    mode,
    ...periodsOf(top, mode),
    ...clusterCidrs(top.clusterCIDR),
    masqueradeAll: flag(masquerade ?? false, 'masqueradeAll'),
    localhostNodePorts: flag(iptables.localhostNodePorts ?? true, 'iptables.localhostNodePorts'),
    nodePortAddresses: list(top.nodePortAddresses ?? [], 'nodePortAddresses').map(one =>
      network(one, 'nodePortAddresses'),
    ),
    ...rangeOf(top.portRange),
    ...ipvsOf(mapping(top.ipvs ?? {}, 'ipvs')),
  }
}

function ipvsOf({scheduler, strictARP}: Mapping): Pick<ProxyConfiguration, 'scheduler' | 'strictARP'> {
  return {
    ...(scheduler ? {scheduler: oneOf(ipvsSchedulers, scheduler, 'ipvs.scheduler')} : {}),
    ...(flag(strictARP ?? false, 'ipvs.strictARP') && {strictARP: true}),
  }
}

/** As in kube-proxy each mode has a part of its own; the userspace mode took that of iptables. */
function periodsOf(top: Mapping, mode: ProxyModeName): ProxyPeriods {
  const part = mode === 'userspace' ? 'iptables' : mode
  try {
    return readPeriods(mapping(top[part] ?? {}, part), part)
  } catch (error) {
    throw error instanceof RangeError ? new ProxyConfigurationError(error.message) : error
  }
}

function mapping(value: unknown, name: string): Mapping {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Mapping
  throw new ProxyConfigurationError(`${name}: ${show(value)}: expected a mapping`)
}

function list(value: unknown, name: string): readonly unknown[] {
  if (Array.isArray(value)) return value
  if (value === null) return []
  throw new ProxyConfigurationError(`${name}: ${show(value)}: expected a list`)
}

function flag(value: unknown, name: string): boolean {
  if (typeof value === 'boolean') return value
  throw new ProxyConfigurationError(`${name}: ${show(value)}: expected true or false`)
}

function oneOf<T extends string>(choices: readonly T[], value: unknown, name: string): T {
  const found = choices.find(choice => choice === value)
  if (found !== undefined) return found
  throw new ProxyConfigurationError(`${name}: ${show(value)}: expected one of ${choices.join(', ')}`)
}

/* One network, or one of each family with a comma between. */
function clusterCidrs(value: unknown): Pick<ProxyConfiguration, 'clusterCIDR' | 'clusterCIDR6'> {
  const networks = value
    ? String(value)
        .split(',')
        .map(part => network(part, 'clusterCIDR'))
    : []
  const [four, six] = (['IPv4', 'IPv6'] as const).map(family => networks.filter(one => familyOf(one) === family))
  if ([four, six].some(ofFamily => ofFamily && ofFamily.length > 1))
    throw new ProxyConfigurationError(`clusterCIDR: ${show(value)}: expected at most one network of each family`)
  return {...(four?.[0] && {clusterCIDR: four[0]}), ...(six?.[0] && {clusterCIDR6: six[0]})}
}

function network(value: unknown, name: string): Cidr {
  try {
    return parseAnyNetwork(String(value))
  } catch (error) {
    throw new ProxyConfigurationError(`${name}: ${(error as Error).message}`)
  }
}

/* YAML reads a port alone as a number. */
function rangeOf(value: unknown): Pick<ProxyConfiguration, 'portRange'> {
  try {
    const portRange = parsePortRange(String(value ?? ''))
    return portRange === undefined ? {} : {portRange}
  } catch (error) {
    throw new ProxyConfigurationError(`portRange: ${(error as Error).message}`)
  }
}

function show(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value)
}
