import {overlayBackends, overlayNamed} from '../node/overlay/index.ts'
import {leaseAnnotations, withBackend} from '../node/overlay/node-leases.ts'
import {
  defaultProxyConfiguration,
  modeIn,
  type ProfileName,
  type ProxyModeName,
  profileIn,
  profileNames,
  proxyConfigMap,
  proxyConfigMapOf,
  withMode,
  withProfile,
} from '../node/proxy/configuration.ts'
import {proxyModeOf, proxyModes} from '../node/proxy/index.ts'
import type {Store} from '../store/store.ts'

/** What can be changed in a lab that is up. Whoever is concerned hears of it as of every change of the cluster's objects. */
export type Setting = {
  readonly summary: string
  readonly choices: readonly string[]
  read(store: Store): string
  write(store: Store, value: string): void
}

/** Every setting, by name. */
export const settings = {
  /* flannel on each node goes by its own node's lease, as it does by the lease of each peer. */
  overlay: {
    summary: 'how packets cross from node to node: a backend of flannel',
    choices: Object.keys(overlayBackends),
    read: store => {
      const types = store.list('Node').map(({metadata}) => metadata.annotations?.[leaseAnnotations.backendType] ?? '')
      return [...new Set(types)].join(', ')
    },
    write: (store, value) => {
      const nodes = store.list('Node')
      const {noIpv6} = overlayNamed(value)
      if (isDualStack(store) && noIpv6 !== undefined) throw new SettingError(`the lab is dual-stack, and ${noIpv6}`)
      for (const node of nodes) {
        const changed = withBackend(node, value)
        if (changed) store.update(changed)
      }
    },
  },
  /* kube-proxy on each node goes by the ConfigMap, which may have been edited: only the one line is changed. */
  proxy: {
    summary: 'how kube-proxy makes Services work: its mode',
    choices: Object.keys(proxyModes),
    read: store => modeIn(store.get('ConfigMap', proxyConfigMap)),
    write: (store, value) => {
      const found = store.get('ConfigMap', proxyConfigMap)
      const {noIpv6} = proxyModeOf({mode: value as ProxyModeName})
      if (isDualStack(store) && noIpv6 !== undefined) throw new SettingError(`the lab is dual-stack, and ${noIpv6}`)
      if (found) store.update(withMode(found, value))
      else store.create(proxyConfigMapOf({...defaultProxyConfiguration, mode: value as ProxyModeName}))
    },
  },
  profile: {
    summary: 'of which version of Kubernetes the rules of iptables mode are',
    choices: profileNames,
    read: store => profileIn(store.get('ConfigMap', proxyConfigMap)),
    write: (store, value) => {
      const found = store.get('ConfigMap', proxyConfigMap)
      if (isDualStack(store) && value === 'v1.18')
        throw new SettingError('the lab is dual-stack, and v1.18 has no IPv6 here: choose v1.30')
      if (found) store.update(withProfile(found, value))
      else store.create(proxyConfigMapOf({...defaultProxyConfiguration, profile: value as ProfileName}))
    },
  },
} as const satisfies Readonly<Record<string, Setting>>

function isDualStack(store: Store): boolean {
  return store.list('Node').some(({metadata}) => metadata.annotations?.[leaseAnnotations.publicIpv6] !== undefined)
}

/** A setting or a value that there is none of; the message says which there are. */
export class SettingError extends Error {
  override readonly name = 'SettingError'
}

/** The setting of that name, which must have that value among its choices; throws SettingError. */
export function settingNamed(name: string, value: string): Setting {
  const known: Readonly<Record<string, Setting>> = settings
  const setting = Object.hasOwn(known, name) ? known[name] : undefined
  if (setting === undefined)
    throw new SettingError(`there is no setting "${name}"; what can be set: ${Object.keys(known).join(', ')}`)
  if (!setting.choices.includes(value))
    throw new SettingError(`${name} cannot be "${value}"; expected ${setting.choices.join(', ')}`)
  return setting
}
