import type {Lab} from '../lab/lab.ts'
import {defaultProxyConfiguration, type ProxyConfiguration} from '../node/proxy/configuration.ts'

/** What the kube-proxies of a lab are told when it comes up. */
export function proxyConfiguration({cluster}: Lab): ProxyConfiguration {
  const {proxyMode: mode, podNetwork, ipv6} = cluster
  const {clusterCIDR = podNetwork, ...rest} = cluster.proxy
  const said = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined))
  return {
    ...defaultProxyConfiguration,
    ...said,
    mode,
    ...(clusterCIDR && {clusterCIDR, ...(ipv6 && {clusterCIDR6: ipv6.podNetwork})}),
  }
}
