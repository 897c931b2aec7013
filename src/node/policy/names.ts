import type {NftPlan} from '../../kernel/nftables/table.ts'
import type {PolicyPeer} from '../../objects/network-policy.ts'
import {printSelector, selectorOf} from '../../objects/selector.ts'
import {base32} from '../proxy/names.ts'

/** What a node without isolated pods has of one family: nothing. */
export function emptyPlan(family: 'ip' | 'ip6'): NftPlan {
  const owner = family === 'ip' ? tableName : `${tableName}-ip6`
  return {backend: 'nftables', owner, family, name: tableName, table: undefined}
}

const tableName = 'network-policy'

/** A chain that is there as long as nobody has removed the table. */
export const canary = 'canary'

/** The names of chains and sets: people read them, so they say whose they are; one that is too long is cut, and has a hash. */
export const nameOf = {
  /** What may come to a pod, and what may go out of it. */
  pod: (direction: Direction, pod: Named) =>
    cut(`${direction === 'ingress' ? 'to' : 'from'}-${pod.namespace}/${pod.name}`),
  policy: (direction: Direction, policy: Named) => cut(`${direction}-${policy.namespace}/${policy.name}`),
  /** A peer's pods; policies that name the same ones share the set. */
  peer: (peer: PolicyPeer, namespace: string) => `pods-${base32(identityOf(peer, namespace), 8)}`,
  port: (protocol: string, name: string) => `port-${protocol}-${name}`,
} as const

export type Direction = 'ingress' | 'egress'

type Named = {readonly namespace: string; readonly name: string}

/** A peer in words: `app=frontend in namespace shop`. */
export function wordsOf({namespaceSelector, podSelector = {}}: PolicyPeer, namespace: string): string {
  const pods = printSelector(selectorOf(podSelector)) || 'all pods'
  const chosen = namespaceSelector && printSelector(selectorOf(namespaceSelector))
  const where = chosen === undefined ? `namespace ${namespace}` : chosen ? `namespaces ${chosen}` : 'all namespaces'
  const words = `${pods} in ${where}`
  return words.length > longestComment ? `${words.slice(0, longestComment - 3)}...` : words
}

/** nftables takes 128 bytes. */
const longestComment = 120

function identityOf({namespaceSelector, podSelector = {}}: PolicyPeer, namespace: string): string {
  const pods = printSelector(selectorOf(podSelector))
  return JSON.stringify([pods, namespaceSelector ? {in: printSelector(selectorOf(namespaceSelector))} : namespace])
}

function cut(name: string): string {
  if (name.length <= longestName) return name
  const mark = `...${base32(name, 8)}`
  return `${name.slice(0, longestName - mark.length)}${mark}`
}

/** nftables takes 255 characters; kube-proxy, too, leaves some. */
const longestName = 240
