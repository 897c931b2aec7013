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
