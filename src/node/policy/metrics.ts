import type {NftTable} from '../../kernel/nftables/table.ts'
import type {Metric, Sample} from '../proxy-status/exposition.ts'

/** What a node's tables for NetworkPolicies have done, as they were seen just now. */
export function policyMetrics({
  policies,
  seen,
  failures,
}: {
  readonly policies: number
  readonly seen: readonly NftTable[]
  readonly failures: number
}): readonly Metric[] {
  const isolated = (direction: 'to' | 'from') =>
    seen.reduce((sum, {maps}) => sum + Object.keys(maps[`${direction}-pods`]?.elements ?? {}).length, 0)
  return [
    {
      name: 'podlab_network_policies',
      help: 'NetworkPolicies that the node knows',
      type: 'gauge',
      samples: [{value: policies}],
    },
    {
      name: 'podlab_network_policy_isolated_addresses',
      help: 'Addresses of pods of this node that NetworkPolicies isolate',
      type: 'gauge',
      samples: [
        {labels: {direction: 'egress'}, value: isolated('from')},
        {labels: {direction: 'ingress'}, value: isolated('to')},
      ],
    },
    {
      name: 'podlab_network_policy_sync_failures_total',
      help: 'How often the rules for NetworkPolicies could not be written',
      type: 'counter',
      samples: [{value: failures}],
    },
    {
      name: 'podlab_network_policy_dropped_packets_total',
      help: 'Packets that no NetworkPolicy has allowed, since the chain of the pod was last written',
      type: 'counter',
      samples: seen.flatMap(droppedIn),
    },
  ]
}

/* The chains of pods end with what they drop: `counter packets 6 bytes 360 drop`. */
function droppedIn({chains}: NftTable): readonly Sample[] {
  return Object.entries(chains).flatMap(([chain, {rules}]) => {
    const [, direction, namespace = '', pod = ''] = /^(to|from)-([^/]+)\/(.+)$/.exec(chain) ?? []
    const [, packets] = /^counter packets (\d+) bytes \d+ drop$/.exec(rules.at(-1) ?? '') ?? []
    if (direction === undefined || packets === undefined) return []
    const labels = {namespace, pod, direction: direction === 'to' ? 'ingress' : 'egress'}
    return [{labels, value: Number(packets)}]
  })
}
