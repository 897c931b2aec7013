import type {IptablesRule, IptablesTable, RulesPlanTable} from '../../../kernel/ruleset.ts'
import {type BaseContext, firewall, jumps, nodePortJumps} from '../iptables-base.ts'
import {comment, ctstate, marked, masqueradeMark, type Row} from '../rule.ts'

type Jumps = RulesPlanTable['jumps']

/** The chains that a node of Kubernetes 1.18 always has for Services; KUBE-MARK-DROP and KUBE-FIREWALL are the kubelet's. */
export const baseChains: Readonly<Partial<Record<IptablesTable, readonly string[]>>> = {
  mangle: ['KUBE-PROXY-CANARY'],
  filter: ['KUBE-EXTERNAL-SERVICES', 'KUBE-FIREWALL', 'KUBE-FORWARD', 'KUBE-PROXY-CANARY', 'KUBE-SERVICES'],
  nat: ['KUBE-MARK-DROP', 'KUBE-MARK-MASQ', 'KUBE-NODEPORTS', 'KUBE-POSTROUTING', 'KUBE-PROXY-CANARY', 'KUBE-SERVICES'],
}

const isNew = ctstate('NEW')

export const baseJumps: Readonly<Partial<Record<IptablesTable, Jumps>>> = {
  filter: [
    ...jumps('KUBE-FIREWALL', ['OUTPUT', 'INPUT'], []),
    ...jumps('KUBE-EXTERNAL-SERVICES', ['INPUT'], [isNew, comment('kubernetes externally-visible service portals')]),
    ...jumps('KUBE-SERVICES', ['FORWARD', 'OUTPUT', 'INPUT'], [isNew, comment('kubernetes service portals')]),
    ...jumps('KUBE-FORWARD', ['FORWARD'], [comment('kubernetes forwarding rules')]),
  ],
  nat: [
    ...jumps('KUBE-SERVICES', ['OUTPUT', 'PREROUTING'], [comment('kubernetes service portals')]),
    ...jumps('KUBE-POSTROUTING', ['POSTROUTING'], [comment('kubernetes postrouting rules')]),
  ],
}

/** The kubelet's mark for packets that are to be dropped: bit 15. nat may not drop them itself. */
const dropMark = 0x8000

const dropMarked: IptablesRule = {
  matches: [
    comment('kubernetes firewall for dropping marked packets'),
    {match: 'mark', value: dropMark, mask: dropMark},
  ],
  target: {target: 'DROP'},
}

const masqueradeMarked: IptablesRule = {
  matches: [comment('kubernetes service traffic requiring SNAT'), marked],
  target: {target: 'MASQUERADE', randomFully: true},
}

const forward: IptablesRule[] = [
  {matches: [ctstate('INVALID')], target: {target: 'DROP'}},
  {matches: [comment('kubernetes forwarding rules'), marked], target: {target: 'ACCEPT'}},
  ...['source', 'destination'].map(
    (end): IptablesRule => ({
      matches: [comment(`kubernetes forwarding conntrack pod ${end} rule`), ctstate('RELATED', 'ESTABLISHED')],
      target: {target: 'ACCEPT'},
    }),
  ),
]

/** The rules that do not depend on any Service. They come after those of the services. */
export function fixedRows(context: BaseContext): readonly Row[] {
  const mark = (value: number): IptablesRule => ({matches: [], target: {target: 'MARK', value, mask: value}})
  const {localhostNodePorts = true} = context
  return [
    {table: 'nat', chain: 'KUBE-MARK-DROP', rule: mark(dropMark)},
    {table: 'nat', chain: 'KUBE-MARK-MASQ', rule: mark(masqueradeMark)},
    {table: 'nat', chain: 'KUBE-POSTROUTING', rule: masqueradeMarked},
    ...nodePortJumps(context).map(rule => ({table: 'nat' as const, chain: 'KUBE-SERVICES', rule})),
    ...[dropMarked, ...(localhostNodePorts ? firewall : [])].map(rule => ({
      ...{table: 'filter' as const, chain: 'KUBE-FIREWALL', rule},
    })),
    ...forward.map(rule => ({table: 'filter' as const, chain: 'KUBE-FORWARD', rule})),
  ]
}
