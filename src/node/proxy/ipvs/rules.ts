import type {IpSets} from '../../../kernel/ipset/set.ts'
import type {IptablesMatch, IptablesTarget, RulesPlan, RulesPlanTable} from '../../../kernel/ruleset.ts'
import {cidrOf, contains, parseCidr} from '../../../net/cidr.ts'
import type {ProxyContext} from '../proxy-mode.ts'
import {comment, ctstate, jump, marked, masqueradeMark, natRow, type Row} from '../rule.ts'
import {hasFirewall, type ServicePort} from '../service-port.ts'
import {type SetName, setTypes} from './sets.ts'

/** The rules that ipvs mode has. They ask sets, so that there are as many with one Service as with ten thousand. */
export function ipvsRules(ports: readonly ServicePort[], sets: IpSets, context: ProxyContext): RulesPlan {
  const asked = askingRows.filter(({set}) => (sets[set]?.entries.length ?? 0) > 0)
  const rows: readonly Row[] = [
    {table: 'nat', chain: 'KUBE-SERVICES', rule: {matches: [{match: 'source', net: loopback}], target: returned}},
    ...asked.map(askingRow),
    ...clusterIpRows(sets, context),
    ...externalIpRows(sets),
    natRow('KUBE-SERVICES', {matches: [isLocal('dst')], target: jump('KUBE-NODE-PORT')}),
    natRow('KUBE-LOAD-BALANCER', {matches: [], target: jump('KUBE-MARK-MASQ')}),
    filterRow('KUBE-SOURCE-RANGES-FIREWALL', [], {target: 'DROP'}),
    ...ports.flatMap(port => noAccessFromNode(port, context)),
    ...acceptRows(sets),
    ...fixedRows,
  ]
  return {
    backend: 'iptables',
    owner: 'kube-proxy',
    prefixes: ['KUBE-'],
    tables: {filter: tableOf('filter', rows), nat: tableOf('nat', rows)},
  }
}

const loopback = parseCidr('127.0.0.0/8')
const returned: IptablesTarget = {target: 'RETURN'}
const accepted: IptablesTarget = {target: 'ACCEPT'}
const masquerade: IptablesTarget = {target: 'MASQUERADE'}

type Directions = readonly ('src' | 'dst')[]

/** A rule that is there while its set has entries. The more special ones come first: `-LOCAL-` lets go on what the next would mark. */
type Asking = {
  readonly set: SetName
  readonly table: 'nat' | 'filter'
  readonly chain: string
  readonly target: IptablesTarget
  readonly directions: Directions
  readonly protocol?: ServicePort['protocol']
}

const both: Directions = ['dst', 'dst']
const three: Directions = ['dst', 'dst', 'src']

function nodePorts(protocol: ServicePort['protocol'], ending: string): readonly Asking[] {
  const where = {table: 'nat', chain: 'KUBE-NODE-PORT', protocol} as const
  const directions: Directions = protocol === 'sctp' ? both : ['dst']
  return [
    {...where, directions, set: `KUBE-NODE-PORT-LOCAL-${ending}` as SetName, target: returned},
    {...where, directions, set: `KUBE-NODE-PORT-${ending}` as SetName, target: jump('KUBE-MARK-MASQ')},
  ]
}

const askingRows: readonly Asking[] = [
  {set: 'KUBE-LOOP-BACK', table: 'nat', chain: 'KUBE-POSTROUTING', target: masquerade, directions: three},
  {
    ...{set: 'KUBE-LOAD-BALANCER', table: 'nat', chain: 'KUBE-SERVICES'},
    ...{target: jump('KUBE-LOAD-BALANCER'), directions: both},
  },
  {set: 'KUBE-LOAD-BALANCER-LOCAL', table: 'nat', chain: 'KUBE-LOAD-BALANCER', target: returned, directions: both},
  ...nodePorts('tcp', 'TCP'),
  ...nodePorts('udp', 'UDP'),
  ...nodePorts('sctp', 'SCTP-HASH'),
  {
    ...{set: 'KUBE-LOAD-BALANCER-FW', table: 'filter', chain: 'KUBE-PROXY-FIREWALL'},
    ...{target: jump('KUBE-SOURCE-RANGES-FIREWALL'), directions: both},
  },
  ...(['CIDR', 'IP'] as const).map(
    (what): Asking => ({
      ...{set: `KUBE-LOAD-BALANCER-SOURCE-${what}`, table: 'filter', chain: 'KUBE-SOURCE-RANGES-FIREWALL'},
      ...{target: returned, directions: three},
    }),
  ),
]

function askingRow({set, table, chain, target, directions, protocol}: Asking): Row {
  const first: readonly IptablesMatch[] = protocol === undefined ? [] : [{match: 'protocol', protocol}]
  return {table, chain, rule: {matches: [...first, ...asks(set, directions)], target}}
}

function asks(set: SetName, directions: Directions): readonly IptablesMatch[] {
  return [comment(setTypes[set].comment), inSet(set, directions)]
}

function inSet(set: SetName, directions: Directions): IptablesMatch {
  return {match: 'set', set, directions}
}

function isLocal(end: 'src' | 'dst'): IptablesMatch {
  return {match: 'addrtype', end, type: 'LOCAL'}
}

function isEmpty(sets: IpSets, name: SetName): boolean {
  return (sets[name]?.entries.length ?? 0) === 0
}

/**
 * Who is no pod takes the node's address, or the pod would answer past ip_vs. A node that calls a Service has the Service's own address as its source, as
 * it stands on kube-ipvs0.
 */
function clusterIpRows(sets: IpSets, {clusterCidr, masqueradeAll}: ProxyContext): readonly Row[] {
  if (isEmpty(sets, 'KUBE-CLUSTER-IP')) return []
  const {comment: text} = setTypes['KUBE-CLUSTER-IP']
  const pods: readonly IptablesMatch[] =
    masqueradeAll || clusterCidr === undefined ? [] : [{match: 'source', net: clusterCidr, not: true}]
  const directions: Directions = masqueradeAll || clusterCidr !== undefined ? both : ['src', 'dst']
  const matches = [...pods, comment(text), inSet('KUBE-CLUSTER-IP', directions)]
  return [natRow('KUBE-SERVICES', {matches, target: jump('KUBE-MARK-MASQ')})]
}

function externalIpRows(sets: IpSets): readonly Row[] {
  return (['KUBE-EXTERNAL-IP', 'KUBE-EXTERNAL-IP-LOCAL'] as const).flatMap(set => {
    if (isEmpty(sets, set)) return []
    const matches = asks(set, both)
    const fromOutside: readonly IptablesMatch[] = [
      {match: 'physdev', is: 'in', not: true},
      {match: 'addrtype', end: 'src', type: 'LOCAL', not: true},
    ]
    return [
      ...(set === 'KUBE-EXTERNAL-IP' ? [natRow('KUBE-SERVICES', {matches, target: jump('KUBE-MARK-MASQ')})] : []),
      natRow('KUBE-SERVICES', {matches: [...matches, ...fromOutside], target: accepted}),
      natRow('KUBE-SERVICES', {matches: [...matches, isLocal('dst')], target: accepted}),
    ]
  })
}

/** Last in KUBE-SERVICES: no rule of others is to keep these packets from ip_vs. */
function acceptRows(sets: IpSets): readonly Row[] {
  return (['KUBE-CLUSTER-IP', 'KUBE-LOAD-BALANCER'] as const).flatMap(set =>
    isEmpty(sets, set) ? [] : [natRow('KUBE-SERVICES', {matches: [inSet(set, both)], target: accepted})],
  )
}

/** A node that calls a load balancer has its address as the source, which is in no range; unless the node itself is in one. */
function noAccessFromNode(port: ServicePort, {nodeIp}: ProxyContext): readonly Row[] {
  const {protocol, loadBalancerIps = [], sourceRanges = []} = port
  const isInside = nodeIp !== undefined && sourceRanges.some(range => contains(range, nodeIp))
  if (!hasFirewall(port) || isInside) return []
  return loadBalancerIps.map(ip => {
    const words = ['-m', 'ipvs', '--vproto', protocolNumbers[protocol], '--vaddr', ip, '--vport', `${port.port}`]
    return filterRow(
      'KUBE-IPVS-OUT-FILTER',
      [
        {match: 'source', net: cidrOf(ip, 32)},
        {match: 'other', words},
      ],
      {target: 'DROP'},
    )
  })
}

/* iptables-save prints numbers here. */
const protocolNumbers: Readonly<Record<ServicePort['protocol'], string>> = {tcp: '6', udp: '17', sctp: '132'}

function filterRow(chain: string, matches: readonly IptablesMatch[], target: IptablesTarget): Row {
  return {table: 'filter', chain, rule: {matches, target}}
}

/** Rules that do not depend on any Service. Behind an address of a Service there is the node itself, whose other ports are not for everybody. */
const fixedRows: readonly Row[] = [
  filterRow('KUBE-FORWARD', [comment('kubernetes forwarding rules'), marked], accepted),
  filterRow(
    'KUBE-FORWARD',
    [comment('kubernetes forwarding conntrack rule'), ctstate('RELATED', 'ESTABLISHED')],
    accepted,
  ),
  filterRow('KUBE-NODE-PORT', asks('KUBE-HEALTH-CHECK-NODE-PORT', ['dst']), accepted),
  ...(['KUBE-LOAD-BALANCER', 'KUBE-CLUSTER-IP', 'KUBE-EXTERNAL-IP', 'KUBE-EXTERNAL-IP-LOCAL'] as const).map(set =>
    filterRow('KUBE-IPVS-FILTER', [inSet(set, both)], returned),
  ),
  filterRow('KUBE-IPVS-FILTER', [inSet('KUBE-HEALTH-CHECK-NODE-PORT', ['dst'])], returned),
  filterRow('KUBE-IPVS-FILTER', [ctstate('NEW'), inSet('KUBE-IPVS-IPS', ['dst'])], {
    target: 'REJECT',
    with: 'icmp-port-unreachable',
  }),
  natRow('KUBE-POSTROUTING', {
    matches: [{match: 'mark', value: masqueradeMark, mask: masqueradeMark, not: true}],
    target: returned,
  }),
  natRow('KUBE-POSTROUTING', {matches: [], target: {target: 'MARK', value: masqueradeMark, mask: 0}}),
  natRow('KUBE-POSTROUTING', {
    matches: [comment('kubernetes service traffic requiring SNAT')],
    target: {target: 'MASQUERADE', randomFully: true},
  }),
  natRow('KUBE-MARK-MASQ', {matches: [], target: {target: 'MARK', value: masqueradeMark, mask: masqueradeMark}}),
]

const chains = {
  filter: [
    'KUBE-FORWARD',
    'KUBE-NODE-PORT',
    'KUBE-PROXY-FIREWALL',
    'KUBE-SOURCE-RANGES-FIREWALL',
    'KUBE-IPVS-FILTER',
    'KUBE-IPVS-OUT-FILTER',
  ],
  nat: ['KUBE-SERVICES', 'KUBE-POSTROUTING', 'KUBE-NODE-PORT', 'KUBE-LOAD-BALANCER', 'KUBE-MARK-MASQ'],
} as const

type Jump = RulesPlanTable['jumps'][number]

function from(chain: string, to: string, text: string): Jump {
  return {chain, rule: {matches: [comment(text)], target: jump(to)}, at: 'top'}
}

/* In the order in which they are ensured, each missing one at the top. */
const jumps: Readonly<Record<'filter' | 'nat', readonly Jump[]>> = {
  nat: [
    from('OUTPUT', 'KUBE-SERVICES', 'kubernetes service portals'),
    from('PREROUTING', 'KUBE-SERVICES', 'kubernetes service portals'),
    from('POSTROUTING', 'KUBE-POSTROUTING', 'kubernetes postrouting rules'),
  ],
  filter: [
    from('FORWARD', 'KUBE-FORWARD', 'kubernetes forwarding rules'),
    from('INPUT', 'KUBE-NODE-PORT', 'kubernetes health check rules'),
    from('INPUT', 'KUBE-PROXY-FIREWALL', 'kube-proxy firewall rules'),
    from('FORWARD', 'KUBE-PROXY-FIREWALL', 'kube-proxy firewall rules'),
    from('INPUT', 'KUBE-IPVS-FILTER', 'kubernetes ipvs access filter'),
    from('OUTPUT', 'KUBE-IPVS-OUT-FILTER', 'kubernetes ipvs access filter'),
  ],
}

/* The last rule of KUBE-SOURCE-RANGES-FIREWALL drops, so those that let go on stand before it; their rows do already. */
function tableOf(name: 'filter' | 'nat', rows: readonly Row[]): RulesPlanTable {
  const own = rows.filter(({table}) => table === name)
  const rulesOf = (chain: string) => own.flatMap(row => (row.chain === chain ? [row.rule] : []))
  return {chains: Object.fromEntries(chains[name].map(chain => [chain, rulesOf(chain)])), jumps: jumps[name]}
}
