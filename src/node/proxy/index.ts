import {type ProxyConfiguration, ProxyConfigurationError, type ProxyModeName} from './configuration.ts'
import {iptables} from './iptables.ts'
import {ipvs} from './ipvs/ipvs.ts'
import {nftables} from './nftables/nftables.ts'
import type {ProxyMode} from './proxy-mode.ts'
import {userspace} from './userspace/userspace.ts'

/** The proxy modes that there are. */
export const proxyModes = {userspace, iptables, ipvs, nftables} satisfies Readonly<
  Partial<Record<ProxyModeName, ProxyMode>>
>

/** The mode that a configuration asks for; throws ProxyConfigurationError for one that podlab does not have. */
export function proxyModeOf({mode}: Pick<ProxyConfiguration, 'mode'>): ProxyMode {
  const known: Readonly<Partial<Record<ProxyModeName, ProxyMode>>> = proxyModes
  const found = known[mode]
  if (found) return found
  throw new ProxyConfigurationError(
    `mode: podlab has no ${mode} mode; expected one of ${Object.keys(known).join(', ')}`,
  )
}

/** Throws ProxyConfigurationError for what cannot serve the Services of a dual-stack cluster. */
export function refuseWithoutIpv6(configuration: ProxyConfiguration): void {
  const {noIpv6} = proxyModeOf(configuration)
  if (noIpv6 !== undefined) throw new ProxyConfigurationError(`mode: this cluster is dual-stack, and ${noIpv6}`)
  if (configuration.mode === 'iptables' && configuration.profile === 'v1.18')
    throw new ProxyConfigurationError('profile: this cluster is dual-stack, and v1.18 has no IPv6 here: choose v1.30')
}
