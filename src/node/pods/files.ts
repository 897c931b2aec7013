import type {Cidr} from '../../net/cidr.ts'
import {nth} from '../../net/cidr.ts'
import type {Ip} from '../../net/ip.ts'
import type {Pod} from '../../objects/pod.ts'
import {fitted, printResolvConf, type Resolver, readResolvConf, unique, withDnsConfig} from './resolv-conf.ts'

/** The DNS zone of the cluster. */
const clusterDomain = 'cluster.local'

/** The longest name that the kernel takes for a host. */
const longestHostname = 64

/**
 * The name that a pod's processes see: `spec.hostname` or the pod's own, cut to the length of a label; with its domain if the pod wants that;
 * in the node's network the node's. Throws when a name with its domain is too long.
 */
export function hostnameOf(pod: Pod): string {
  const {hostNetwork, nodeName = '', setHostnameAsFQDN} = pod.spec
  if (hostNetwork) return nodeName
  const full = setHostnameAsFQDN ? qualifiedName(pod) : undefined
  if (full !== undefined && full.length > longestHostname)
    throw new Error(
      `Failed to construct FQDN from pod hostname and cluster domain, FQDN ${full} is too long (${longestHostname} characters is the max, ${full.length} characters requested)`,
    )
  return full ?? shortName(pod)
}

function shortName({spec: {hostname}, metadata}: Pod): string {
  return (hostname || metadata.name).slice(0, 63).replace(/[-.]+$/, '')
}

/* Only a pod with a subdomain has a name that DNS could know. */
function qualifiedName(pod: Pod): string | undefined {
  const {subdomain} = pod.spec
  return subdomain ? `${shortName(pod)}.${subdomain}.${pod.metadata.namespace}.svc.${clusterDomain}` : undefined
}

/** The files that a kubelet writes for a pod: /etc/hosts, /etc/hostname and /etc/resolv.conf. */
export function podFiles(pod: Pod, place: PodPlace): Readonly<Record<string, string>> {
  return {
    '/etc/hostname': `${hostnameOf(pod)}\n`,
    '/etc/hosts': (pod.spec.hostNetwork ? hostNetworkHosts(place) : hostsFile(pod, place)) + aliasLines(pod),
    '/etc/resolv.conf': resolvConf(pod, place),
  }
}

/** What people should know of a pod's /etc/resolv.conf: what was too much of it. */
export function dnsWarnings(pod: Pod, place: Pick<PodPlace, 'serviceRange' | 'nodeFile'>): readonly string[] {
  return fitted(resolverOf(pod, place)).warnings
}

type PodPlace = {
  readonly ip: Ip
  readonly ip6?: Ip
  readonly serviceRange: Cidr
  /** The text of a file of the pod's node. */
  readonly nodeFile: (path: string) => string
}

function hostNetworkHosts({nodeFile}: PodPlace): string {
  return `# Kubernetes-managed hosts file (host network).\n${nodeFile('/etc/hosts')}`
}

/* The lines that the pod's own manifest adds to /etc/hosts. */
function aliasLines({spec: {hostAliases = []}}: Pod): string {
  if (hostAliases.length === 0) return ''
  const lines = hostAliases.map(({ip, hostnames = []}) => `${[ip, ...hostnames].join('\t')}\n`)
  return `\n# Entries added by HostAliases.\n${lines.join('')}`
}

function hostsFile(pod: Pod, {ip, ip6}: Pick<PodPlace, 'ip' | 'ip6'>): string {
  const names = [...[qualifiedName(pod) ?? []].flat(), shortName(pod)]
  return [
    '# Kubernetes-managed hosts file.',
    '127.0.0.1\tlocalhost',
    '::1\tlocalhost ip6-localhost ip6-loopback',
    'fe00::0\tip6-localnet',
    'fe00::0\tip6-mcastprefix',
    'fe00::1\tip6-allnodes',
    'fe00::2\tip6-allrouters',
    ...[ip, ...(ip6 ? [ip6] : [])].map(address => [address, ...names].join('\t')),
    '',
  ].join('\n')
}

/* A node's file that says nothing, but for remarks, is taken as it is. */
function resolvConf(pod: Pod, place: PodPlace): string {
  const text = printResolvConf(fitted(resolverOf(pod, place)).resolver)
  return text === '' && !usesClusterDns(pod) ? place.nodeFile('/etc/resolv.conf') : text
}

/* What the pod's policy gives it, and what its `dnsConfig` adds to that. */
function resolverOf(pod: Pod, {serviceRange, nodeFile}: Pick<PodPlace, 'serviceRange' | 'nodeFile'>): Resolver {
  const {dnsConfig, dnsPolicy} = pod.spec
  const node = dnsPolicy === 'None' ? nothing : readResolvConf(nodeFile('/etc/resolv.conf'))
  const given = usesClusterDns(pod) ? clusterResolver(pod, serviceRange, node) : node
  return dnsConfig ? withDnsConfig(given, dnsConfig) : given
}

const nothing: Resolver = {nameservers: [], searches: [], options: []}

/* Names of the cluster are of no use to a pod in its node's network unless it asks for them in particular. */
function usesClusterDns({spec: {dnsPolicy = 'ClusterFirst', hostNetwork}}: Pod): boolean {
  return dnsPolicy === 'ClusterFirstWithHostNet' || (dnsPolicy === 'ClusterFirst' && !hostNetwork)
}

/* The cluster's DNS server has the tenth address of the service range. Where it has no such name, the node's domains are tried. */
function clusterResolver({metadata: {namespace}}: Pod, serviceRange: Cidr, node: Resolver): Resolver {
  const zones = [`${namespace}.svc.${clusterDomain}`, `svc.${clusterDomain}`, clusterDomain]
  return {
    nameservers: [nth(serviceRange, 10)],
    searches: unique([...zones, ...node.searches]),
    options: ['ndots:5'],
  }
}
