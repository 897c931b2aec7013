import {spawnSync} from 'node:child_process'
import {printIpSets} from '../../src/kernel/ipset/change.ts'
import {nftChangeBetween, printNftChange} from '../../src/kernel/nftables/change.ts'
import {planBetween, printRulesChange} from '../../src/kernel/rules/iptables.ts'
import {systemPath} from '../../src/kernel/system-path.ts'
import {iptablesPlans} from '../../src/node/packet-plans.ts'
import {iptablesPlan} from '../../src/node/proxy/iptables.ts'
import {ipvsPlans} from '../../src/node/proxy/ipvs/ipvs.ts'
import {nftablesPlan} from '../../src/node/proxy/nftables/nftables.ts'
import {context, type Golden, reference} from '../node/proxy/golden/_reference.ts'

/** ipvsadm wants ip_vs: test/vm/goldens.ts asks it. */
export type Tool = Exclude<Golden, 'ipvs.ipvsadm-Sn'>

export const tools = [
  'iptables-save',
  'nft',
  'ipvs.iptables-save',
  'ipvs.ipset-save',
] as const satisfies readonly Tool[]

/** What the tool prints in a namespace that got the reference cluster's rules, without the comments and counters of iptables-save; or why this machine gives no namespace. */
export function listed(tool: Tool): {readonly text: string} | {readonly refused: string} {
  const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']
  const {input, script} = scripts[tool]()
  const words = [...user, '--net', 'sh', '-c', script]
  const {status, stdout, stderr, error} = spawnSync('unshare', words, {
    input,
    encoding: 'utf8',
    env: {PATH: systemPath, LC_ALL: 'C'},
  })
  if (status !== 0) return {refused: error?.message ?? stderr.trim()}
  return {text: withoutChance(stdout)}
}

/** Without what another run would print otherwise: comments and counters of iptables-save, the order and the seed of a set. */
export function withoutChance(text: string): string {
  const plain = text
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\[\d+:\d+\]/g, '[0:0]')
    .replaceAll(/ bucketsize \d+ initval \w+$/gm, '')
  return plain.replaceAll(/(^add \S+ .*\n)+/gm, entries => `${entries.trimEnd().split('\n').sort().join('\n')}\n`)
}

const inIpvsMode = ipvsPlans(reference, context)
const setsInput = inIpvsMode.map(plan => (plan.backend === 'ipset' ? printIpSets(plan.sets) : '')).join('')

const scripts: Readonly<Record<Tool, () => {readonly input: string; readonly script: string}>> = {
  'iptables-save': () => {
    const change = planBetween(undefined, iptablesPlan(reference, context))
    return {input: change ? printRulesChange(change) : '', script: 'iptables-restore --noflush && iptables-save'}
  },
  nft: () => {
    const change = nftChangeBetween(undefined, nftablesPlan(reference, context))
    return {input: change ? printNftChange(change) : '', script: 'nft -f - && nft list ruleset'}
  },
  'ipvs.ipset-save': () => ({input: setsInput, script: 'ipset restore && ipset save'}),
  /* Sets come first: rules name them. */
  'ipvs.iptables-save': () => {
    const [plan] = iptablesPlans(inIpvsMode)
    const change = plan && planBetween(undefined, plan)
    const rules = change ? printRulesChange(change) : ''
    return {
      input: rules,
      script: `ipset restore <<'END' && iptables-restore --noflush && iptables-save\n${setsInput}END\n`,
    }
  },
}
