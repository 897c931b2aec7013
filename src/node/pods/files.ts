import type {Cidr} from '../../net/cidr.ts'
import {nth} from '../../net/cidr.ts'
import type {Ip} from '../../net/ip.ts'
import type {Pod} from '../../objects/pod.ts'
import {withDnsConfig} from './resolv-conf.ts'

/** The DNS zone of the cluster. */
const clusterDomain = 'cluster.local'

/** The name that a pod's processes see: `spec.hostname` or the pod's own, cut to what the kernel takes; in the node's network the node's. */
export function hostnameOf(pod: Pod): string {
  if (pod.spec.hostNetwork) return pod.spec.nodeName ?? ''
  return (pod.spec.hostname ?? pod.metadata.name).slice(0, 63).replace(/[-.]+$/, '')
}

/** The files that a kubelet writes for a pod: /etc/hosts, /etc/hostname and /etc/resolv.conf. */
export function podFiles(pod: Pod, place: PodPlace): Readonly<Record<string, string>> {
  return {
    '/etc/hostname': `${hostnameOf(pod)}\n`,
    '/etc/hosts': (pod.spec.hostNetwork ? hostNetworkHosts(place) : hostsFile(pod, place.ip)) + aliasLines(pod),
    '/etc/resolv.conf': resolvConf(pod, place),
  }
}

type PodPlace = {
  readonly ip: Ip
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

function hostsFile(pod: Pod, ip: Ip): string {
  const name = hostnameOf(pod)
  const {subdomain} = pod.spec
  const qualified =
    subdomain === undefined ? [] : [`${name}.${subdomain}.${pod.metadata.namespace}.svc.${clusterDomain}`]
  return [
    '# Kubernetes-managed hosts file.',
    '127.0.0.1\tlocalhost',
    '::1\tlocalhost ip6-localhost ip6-loopback',
    'fe00::0\tip6-localnet',
    'fe00::0\tip6-mcastprefix',
    'fe00::1\tip6-allnodes',
    'fe00::2\tip6-allrouters',
    `${[ip, ...qualified, name].join('\t')}`,
    '',
  ].join('\n')
}

/* What the pod's policy gives it, and what its `dnsConfig` adds to that: servers and zones go behind, options replace. */
function resolvConf(pod: Pod, place: PodPlace): string {
  const {dnsConfig, dnsPolicy} = pod.spec
  const given = usesClusterDns(pod) ? clusterResolvConf(pod, place) : place.nodeFile('/etc/resolv.conf')
  return dnsConfig ? withDnsConfig(dnsPolicy === 'None' ? '' : given, dnsConfig) : given
}

/* Names of the cluster are of no use to a pod in its node's network unless it asks for them in particular. */
function usesClusterDns({spec: {dnsPolicy = 'ClusterFirst', hostNetwork}}: Pod): boolean {
  return dnsPolicy === 'ClusterFirstWithHostNet' || (dnsPolicy === 'ClusterFirst' && !hostNetwork)
}

/* The cluster's DNS server has the tenth address of the service range. */
function clusterResolvConf(pod: Pod, {serviceRange}: PodPlace): string {
  const zones = [`${pod.metadata.namespace}.svc.${clusterDomain}`, `svc.${clusterDomain}`, clusterDomain]
  return `search ${zones.join(' ')}\nnameserver ${nth(serviceRange, 10)}\noptions ndots:5\n`
}
