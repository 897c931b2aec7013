import type {IptablesMatch, IptablesRule, IptablesTable, RulesPlanTable} from '../../kernel/ruleset.ts'
import {contains, hostCidr, parseCidr, parseCidr6} from '../../net/cidr.ts'
import {answersEverywhere, type ProxyContext} from './proxy-mode.ts'
import {comment, ctstate, jump, marked, masqueradeMark, type Row} from './rule.ts'

type Jump = RulesPlanTable['jumps'][number]

/** The chains that kube-proxy always has, in the profile v1.30. Canaries stay empty: they show whether somebody flushed the table. */
export const baseChains: Readonly<Partial<Record<IptablesTable, readonly string[]>>> = {
  mangle: ['KUBE-PROXY-CANARY'],
  filter: [
    'KUBE-EXTERNAL-SERVICES',
    'KUBE-FIREWALL',
    'KUBE-FORWARD',
    'KUBE-NODEPORTS',
    'KUBE-PROXY-CANARY',
    'KUBE-PROXY-FIREWALL',
    'KUBE-SERVICES',
  ],
  nat: ['KUBE-MARK-MASQ', 'KUBE-NODEPORTS', 'KUBE-POSTROUTING', 'KUBE-PROXY-CANARY', 'KUBE-SERVICES'],
}

const isNew = ctstate('NEW')

/**
 * The jumps into kube-proxy's chains, in the order in which they are ensured; each missing one goes to the top. KUBE-FIREWALL
 * is the kubelet's, which starts first, so that on a real node it stands below the others.
 */
export const baseJumps: Readonly<Partial<Record<IptablesTable, readonly Jump[]>>> = {
  filter: [
    ...jumps('KUBE-FIREWALL', ['INPUT', 'OUTPUT'], []),
    ...jumps(
      'KUBE-EXTERNAL-SERVICES',
      ['INPUT', 'FORWARD'],
      [isNew, comment('kubernetes externally-visible service portals')],
    ),
    ...jumps('KUBE-NODEPORTS', ['INPUT'], [comment('kubernetes health check service ports')]),
    ...jumps('KUBE-SERVICES', ['FORWARD', 'OUTPUT'], [isNew, comment('kubernetes service portals')]),
    ...jumps('KUBE-FORWARD', ['FORWARD'], [comment('kubernetes forwarding rules')]),
    ...jumps(
      'KUBE-PROXY-FIREWALL',
      ['INPUT', 'OUTPUT', 'FORWARD'],
      [isNew, comment('kubernetes load balancer firewall')],
    ),
  ],
  nat: [
    ...jumps('KUBE-SERVICES', ['OUTPUT', 'PREROUTING'], [comment('kubernetes service portals')]),
    ...jumps('KUBE-POSTROUTING', ['POSTROUTING'], [comment('kubernetes postrouting rules')]),
  ],
}

/** Jumps from chains of the kernel's, each at the top. */
export function jumps(to: string, from: readonly string[], matches: readonly IptablesMatch[]): Jump[] {
  return from.map(chain => ({chain, rule: {matches, target: jump(to)}, at: 'top'}))
}

const loopback = {IPv4: parseCidr('127.0.0.0/8'), IPv6: parseCidr6('::1/128')}

const markMasquerade: IptablesRule[] = [
  {matches: [], target: {target: 'MARK', value: masqueradeMark, mask: masqueradeMark}},
]

/** A marked packet loses its mark here, so that it is not masqueraded again where it is encapsulated. */
const postrouting: IptablesRule[] = [
  {matches: [{match: 'mark', value: masqueradeMark, mask: masqueradeMark, not: true}], target: {target: 'RETURN'}},
  {matches: [], target: {target: 'MARK', value: masqueradeMark, mask: 0}},
  {
    matches: [comment('kubernetes service traffic requiring SNAT')],
    target: {target: 'MASQUERADE', randomFully: true},
  },
]

/** Node ports answer on 127.0.0.1 too, which needs route_localnet; nobody else may reach a node's loopback through that. */
export const firewall: IptablesRule[] = [
  {
    matches: [
      {match: 'source', net: loopback.IPv4, not: true},
      {match: 'destination', net: loopback.IPv4},
      comment('block incoming localnet connections'),
      {match: 'ctstate', states: ['RELATED', 'ESTABLISHED', 'DNAT'], not: true},
    ],
    target: {target: 'DROP'},
  },
]

const forward: IptablesRule[] = [
  {matches: [ctstate('INVALID')], target: {target: 'DROP'}},
  {matches: [comment('kubernetes forwarding rules'), marked], target: {target: 'ACCEPT'}},
  {
    matches: [comment('kubernetes forwarding conntrack rule'), ctstate('RELATED', 'ESTABLISHED')],
    target: {target: 'ACCEPT'},
  },
]

/**
 * Last of all: packets for the node itself. `nodePortAddresses` names each address instead. Kept from 127.0.0.1 they are where localhost
 * must not have node ports, and from ::1 always: there is no route_localnet for IPv6.
 */
export function nodePortJumps({
  family: six,
  localhostNodePorts: wanted = true,
  nodePortAddresses = [],
  addresses = [],
}: BaseContext): IptablesRule[] {
  const family = six ?? 'IPv4'
  const localhostNodePorts = family === 'IPv4' && wanted
  const text = comment('kubernetes service nodeports; NOTE: this must be the last rule in this chain')
  const target = jump('KUBE-NODEPORTS')
  if (nodePortAddresses.length > 0 && !answersEverywhere(nodePortAddresses)) {
    const chosen = addresses.filter(ip => nodePortAddresses.some(net => contains(net, ip)))
    const usable = chosen.filter(ip => localhostNodePorts || !contains(loopback[family], ip))
    return usable.map(ip => ({matches: [{match: 'destination', net: hostCidr(ip)}, text], target}))
  }
  const local: IptablesMatch = {match: 'addrtype', end: 'dst', type: 'LOCAL'}
  const elsewhere: IptablesMatch[] = localhostNodePorts
    ? []
    : [{match: 'destination', net: loopback[family], not: true}]
  return [{matches: [...elsewhere, text, local], target}]
}

/** What of a node and its kube-proxy the rules go by that do not depend on any Service. */
export type BaseContext = Pick<ProxyContext, 'family' | 'localhostNodePorts' | 'nodePortAddresses' | 'addresses'>

/** The rules that do not depend on any Service. They come after those of the services. */
export function fixedRows(context: BaseContext): readonly Row[] {
  const {family, localhostNodePorts = family === undefined} = context
  return [
    ...markMasquerade.map(rule => ({table: 'nat' as const, chain: 'KUBE-MARK-MASQ', rule})),
    ...postrouting.map(rule => ({table: 'nat' as const, chain: 'KUBE-POSTROUTING', rule})),
    ...nodePortJumps(context).map(rule => ({table: 'nat' as const, chain: 'KUBE-SERVICES', rule})),
    ...(localhostNodePorts && family === undefined ? firewall : []).map(rule => ({
      table: 'filter' as const,
      chain: 'KUBE-FIREWALL',
      rule,
    })),
    ...forward.map(rule => ({table: 'filter' as const, chain: 'KUBE-FORWARD', rule})),
  ]
}
