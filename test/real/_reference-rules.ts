import {spawnSync} from 'node:child_process'
import {nftChangeBetween, printNftChange} from '../../src/kernel/nftables/change.ts'
import {planBetween, printRulesChange} from '../../src/kernel/rules/iptables.ts'
import {systemPath} from '../../src/kernel/system-path.ts'
import {iptablesPlan} from '../../src/node/proxy/iptables.ts'
import {nftablesPlan} from '../../src/node/proxy/nftables/nftables.ts'
import {context, reference} from '../node/proxy/golden/_reference.ts'

export type Tool = 'iptables-save' | 'nft'

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
  return {text: stdout.replaceAll(/^#.*\n/gm, '').replaceAll(/\[\d+:\d+\]/g, '[0:0]')}
}

const scripts: Readonly<Record<Tool, () => {readonly input: string; readonly script: string}>> = {
  'iptables-save': () => {
    const change = planBetween(undefined, iptablesPlan(reference, context))
    return {input: change ? printRulesChange(change) : '', script: 'iptables-restore --noflush && iptables-save'}
  },
  nft: () => {
    const change = nftChangeBetween(undefined, nftablesPlan(reference, context))
    return {input: change ? printNftChange(change) : '', script: 'nft -f - && nft list ruleset'}
  },
}
