import {batches} from '../../src/kernel/batch.ts'
import {changes} from '../../src/kernel/diff.ts'
import type {Op} from '../../src/kernel/op.ts'
import type {Tool} from '../../src/kernel/print.ts'
import {emptyNetns, type NetnsState} from '../../src/kernel/state.ts'
import {both} from '../../src/node/own-state.ts'
import {packetOps} from '../../src/node/packet-plans.ts'
import type {Contribution, PacketPlan} from '../../src/node/plan.ts'

/** What a namespace has of kube-proxy. */
export type Having = {readonly state: NetnsState; readonly rules: readonly PacketPlan[]}
export const nothing: Having = {state: emptyNetns, rules: []}

export function having({state = {}, rules = []}: Contribution): Having {
  return {state: {...emptyNetns, ...state}, rules}
}

/** What kube-proxy does to get from one to the other, in its order, as lines of a shell. */
export function stepIn(netns: string, before: Having, after: Having): string {
  const between = both(before.state, after.state)
  const ops: readonly Op[] = [
    ...changes(before.state, between),
    ...packetOps(before.rules, after.rules),
    ...changes(between, after.state),
  ]
  return batches(ops)
    .map(({tool, ops}) =>
      given(
        netns,
        tool,
        ops.map(({line}) => line.line.trimEnd()),
      ),
    )
    .join('')
}

const inputs: Readonly<Record<Tool, string>> = {
  ip: 'ip -batch -',
  bridge: 'bridge -batch -',
  sysctl: 'sysctl -q -p -',
  'iptables-restore': 'iptables-restore --noflush --wait 10',
  'ip6tables-restore': 'ip6tables-restore --noflush --wait 10',
  nft: 'nft -f -',
  ipset: 'restore_sets',
  ipvsadm: 'ipvsadm -R',
  conntrack: 'xargs -L1 conntrack',
}

function given(netns: string, tool: Tool, lines: readonly string[]): string {
  const text = `${lines.join('\n')}\n`
  if (tool === 'ipset') return `restore_sets ${netns} <<'END'\n${text}END\n`
  return `ip netns exec ${netns} ${inputs[tool]} <<'END' || echo "failed: ${tool}"\n${text}END\n`
}

/* As the product does it: the kernel lets go of a set a moment after the last rule that named it went. */
export const preamble = `set -u
restore_sets() {
  text=$(cat)
  for try in $(seq 40); do
    said=$(printf '%s\\n' "$text" | ip netns exec "$1" ipset restore -exist 2>&1) && return
    case $said in *"in use by a kernel component"*) sleep 0.1 ;; *) break ;; esac
    text=$(printf '%s\\n' "$text" | tail -n "+$(printf '%s' "$said" | sed -n 's/.*Error in line \\([0-9]*\\).*/\\1/p')")
  done
  echo "failed: ipset: $said"
}
`
