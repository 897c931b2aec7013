import {emptyNetns, type NetnsState} from '../kernel/state.ts'

/**
 * A node's namespace has two writers, each with links of its own: the network (the machine's, docker0, flannel's, the pods') and kube-proxy
 * (kube-ipvs0). What is of links of the one is none of the other's business when it looks at what is there.
 */
export const proxyLinks: ReadonlySet<string> = new Set(['kube-ipvs0'])

/** What a namespace holds of kube-proxy. */
export function ofProxy({links, addresses}: NetnsState): NetnsState {
  return {
    ...emptyNetns,
    links: links.filter(({name}) => proxyLinks.has(name)),
    addresses: addresses.filter(({link}) => proxyLinks.has(link)),
  }
}

/** What it holds of all others. */
export function withoutProxy(state: NetnsState): NetnsState {
  return {
    ...state,
    links: state.links.filter(({name}) => !proxyLinks.has(name)),
    addresses: state.addresses.filter(({link}) => !proxyLinks.has(link)),
  }
}

/** Two states as far as they may differ: lists that are the very same in both are left out of both, so that nobody looks into them. */
export function statesToCompare(before: NetnsState, wanted: NetnsState): readonly [NetnsState, NetnsState] {
  if (!isVerySame(before, wanted)) return [before, wanted]
  return [
    {...emptyNetns, sysctls: before.sysctls},
    {...emptyNetns, sysctls: wanted.sysctls},
  ]
}

function isVerySame(before: NetnsState, wanted: NetnsState): boolean {
  return lists.every(name => before[name] === wanted[name])
}

const lists = ['links', 'addresses', 'routes', 'neighbours', 'fdb'] as const

/** What kube-proxy has and what it wants, both: where they differ, as it wants it. On the way to other rules packets meet the old ones and the new. */
export function both(before: NetnsState, wanted: NetnsState): NetnsState {
  const sysctls = {...before.sysctls, ...wanted.sysctls}
  if (isVerySame(before, wanted)) return {...wanted, sysctls}
  const names = new Set(wanted.links.map(({name}) => name))
  const addresses = new Set(wanted.addresses.map(({link, address}) => `${link} ${address}`))
  return {
    ...wanted,
    links: [...wanted.links, ...before.links.filter(({name}) => !names.has(name))],
    addresses: [
      ...wanted.addresses,
      ...before.addresses.filter(({link, address}) => !addresses.has(`${link} ${address}`)),
    ],
    sysctls,
  }
}
