import type {IptablesMatch, IptablesTable, RulesPlanTable} from '../../../kernel/ruleset.ts'
import {comment, jump} from '../rule.ts'

type Jumps = RulesPlanTable['jumps']

/** The five chains of the userspace mode. */
export const baseChains: Readonly<Partial<Record<IptablesTable, readonly string[]>>> = {
  filter: ['KUBE-NODEPORT-NON-LOCAL'],
  nat: ['KUBE-NODEPORT-CONTAINER', 'KUBE-NODEPORT-HOST', 'KUBE-PORTALS-CONTAINER', 'KUBE-PORTALS-HOST'],
}

const portals = [comment('handle ClusterIPs; NOTE: this must be before the NodePort rules')]
const nodePorts: readonly IptablesMatch[] = [
  {match: 'addrtype', end: 'dst', type: 'LOCAL'},
  comment('handle service NodePorts; NOTE: this must be the last rule in the chain'),
]
const nonLocal = [comment('Ensure that non-local NodePort traffic can flow')]

/**
 * Packets that come in (from containers, and from outside) and packets of the node itself (the host) go different ways through the
 * kernel, and so have chains of their own.
 */
export const baseJumps: Readonly<Partial<Record<IptablesTable, Jumps>>> = {
  filter: [jumpTo('KUBE-NODEPORT-NON-LOCAL', {from: 'INPUT', matches: nonLocal, at: 'top'})],
  nat: [
    jumpTo('KUBE-PORTALS-CONTAINER', {from: 'PREROUTING', matches: portals, at: 'top'}),
    jumpTo('KUBE-PORTALS-HOST', {from: 'OUTPUT', matches: portals, at: 'top'}),
    jumpTo('KUBE-NODEPORT-CONTAINER', {from: 'PREROUTING', matches: nodePorts, at: 'bottom'}),
    jumpTo('KUBE-NODEPORT-HOST', {from: 'OUTPUT', matches: nodePorts, at: 'bottom'}),
  ],
}

function jumpTo(
  chain: string,
  {from, matches, at}: {from: string; matches: readonly IptablesMatch[]; at: 'top' | 'bottom'},
): Jumps[number] {
  return {chain: from, rule: {matches, target: jump(chain)}, at}
}
