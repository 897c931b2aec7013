import type {IptablesMatch, IptablesRule, IptablesTarget, RulesPlan, RulesPlanTable} from '../../kernel/ruleset.ts'
import {type Cidr, parseCidr, parseCidr6} from '../../net/cidr.ts'
import {familyOf} from '../../net/ip.ts'

/** `network` is the pod network of the whole cluster, `subnet` this node's share of it. */
export type PodNetworks = {readonly network: Cidr; readonly subnet: Cidr}

/** Packets for many, which nobody answers. */
const multicast = {IPv4: parseCidr('224.0.0.0/4'), IPv6: parseCidr6('ff00::/8')}

/**
 * flannel's `--ip-masq` and `--iptables-forward-rules`. Only the cluster knows how to reach a pod. So a pod's packet that leaves
 * the pod network takes the node's address on its way out (masquerade), and is answered to the node. Between pods nothing is
 * rewritten: each sees the other's own address. A packet that comes from outside for a pod of this node keeps its source, too,
 * and one that this node passes on to another's pod does not, for the answer must come back the same way.
 *
 * FORWARD lets all packets of the pod network pass, whatever its policy is (docker sets it to DROP).
 */
export function flannelRules({network, subnet}: PodNetworks): RulesPlan {
  return {
    backend: 'iptables',
    ...(familyOf(network) === 'IPv6' && {family: 'IPv6'}),
    owner: 'flannel',
    prefixes: ['FLANNEL-'],
    tables: {
      nat: {
        chains: {'FLANNEL-POSTRTG': postrouting({network, subnet})},
        jumps: [jump('POSTROUTING', 'FLANNEL-POSTRTG', masq)],
      },
      filter: {chains: {'FLANNEL-FWD': forward(network)}, jumps: [jump('FORWARD', 'FLANNEL-FWD', fwd)]},
    },
  }
}

const masq: IptablesMatch = {match: 'comment', text: 'flanneld masq'}
const fwd: IptablesMatch = {match: 'comment', text: 'flanneld forward'}

function jump(chain: string, to: string, comment: IptablesMatch): RulesPlanTable['jumps'][number] {
  return {chain, rule: {matches: [comment], target: {target: 'jump', chain: to}}, at: 'bottom'}
}

/** Packets that kube-proxy masquerades: it has decided. */
const marked: IptablesMatch = {match: 'mark', value: 0x4000, mask: 0x4000}

function postrouting({network, subnet}: PodNetworks): IptablesRule[] {
  const give = {target: 'RETURN'} as const
  const masquerade = {target: 'MASQUERADE', randomFully: true} as const
  const rule = (target: IptablesTarget, ...matches: IptablesMatch[]) => ({matches: [...matches, masq], target})
  return [
    rule(give, marked),
    rule(give, from(subnet), to(network)),
    rule(give, from(network), to(subnet)),
    rule(give, not(from(network)), to(subnet)),
    rule(masquerade, from(network), not(to(multicast[familyOf(network)]))),
    rule(masquerade, not(from(network)), to(network)),
  ]
}

function forward(network: Cidr): IptablesRule[] {
  return [from(network), to(network)].map(match => ({matches: [match, fwd], target: {target: 'ACCEPT'}}))
}

type NetworkMatch = Extract<IptablesMatch, {match: 'source' | 'destination'}>

function from(net: Cidr): NetworkMatch {
  return {match: 'source', net}
}

function to(net: Cidr): NetworkMatch {
  return {match: 'destination', net}
}

function not(match: NetworkMatch): NetworkMatch {
  return {...match, not: true}
}
