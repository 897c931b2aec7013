import type {Cidr} from '../../net/cidr.ts'
import {nth} from '../../net/cidr.ts'
import type {Ip} from '../../net/ip.ts'
import type {Pod} from '../../objects/pod.ts'

/** The DNS zone of the cluster. */
const clusterDomain = 'cluster.local'

/** The name that a pod's processes see: `spec.hostname` or the pod's own, cut to what the kernel takes. */
export function hostnameOf(pod: Pod): string {
  return (pod.spec.hostname ?? pod.metadata.name).slice(0, 63).replace(/[-.]+$/, '')
}

/** The files that a kubelet writes for a pod: /etc/hosts, /etc/hostname and /etc/resolv.conf. */
export function podFiles(pod: Pod, {ip, serviceRange}: {ip: Ip; serviceRange: Cidr}): Readonly<Record<string, string>> {
  return {
    '/etc/hostname': `${hostnameOf(pod)}\n`,
    '/etc/hosts': hostsFile(pod, ip),
    '/etc/resolv.conf': resolvConf(pod, serviceRange),
  }
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

/* The cluster's DNS server has the tenth address of the service range. `None` and `Default` leave a node's file, which is empty. */
function resolvConf(pod: Pod, serviceRange: Cidr): string {
  const policy = pod.spec.dnsPolicy ?? 'ClusterFirst'
  if (policy === 'None' || policy === 'Default') return ''
  const zones = [`${pod.metadata.namespace}.svc.${clusterDomain}`, `svc.${clusterDomain}`, clusterDomain]
  return `search ${zones.join(' ')}\nnameserver ${nth(serviceRange, 10)}\noptions ndots:5\n`
}
