import type {RulesPlan} from '../../kernel/ruleset.ts'
import type {EndpointSlice} from '../../objects/endpoint-slice.ts'
import type {Service} from '../../objects/service.ts'
import type {HistogramState, Metric, Sample} from './exposition.ts'
import {differing, type SyncRecord} from './sync-record.ts'

/** What is known at the moment in which somebody asks. */
export type Present = {
  readonly services: ReadonlyMap<string, Service>
  readonly slices: ReadonlyMap<string, EndpointSlice>
  readonly plans: readonly RulesPlan[]
  /** Services of which pods of this node should answer, and none is here. */
  readonly lonely: Readonly<Record<'internal' | 'external', number>>
  /** How often each code was answered to those who asked for the health. */
  readonly asked: Readonly<Record<'healthz' | 'livez', Readonly<Record<string, number>>>>
}

/** kube-proxy's own metrics, by their real names. */
export function metricsOf(record: SyncRecord, present: Present): readonly Metric[] {
  const named = (name: string) => `kubeproxy_${name}`
  const histograms = latencies.map(([name, help, of]): Metric => {
    return {name: named(name), help, type: 'histogram', histogram: of(record)}
  })
  const others = figures.map(([type, name, help, of]): Metric => {
    const found = of(record, present)
    const samples = typeof found === 'number' ? [{value: found}] : found
    return {name: named(name), help, type, samples}
  })
  return [...histograms, ...others.filter(one => one.type === 'histogram' || one.samples.length > 0)]
}

type Latency = readonly [name: string, help: string, of: (record: SyncRecord) => HistogramState]

const latencies: readonly Latency[] = [
  ['sync_proxy_rules_duration_seconds', 'SyncProxyRules latency in seconds', ({durations}) => durations.all],
  [
    'sync_full_proxy_rules_duration_seconds',
    'SyncProxyRules latency in seconds for full resyncs',
    ({durations}) => durations.full,
  ],
  [
    'sync_partial_proxy_rules_duration_seconds',
    'SyncProxyRules latency in seconds for partial resyncs',
    ({durations}) => durations.partial,
  ],
  [
    'network_programming_duration_seconds',
    'In Cluster Network Programming Latency in seconds',
    ({durations}) => durations.programming,
  ],
]

type Figure = readonly [
  type: 'counter' | 'gauge',
  name: string,
  help: string,
  of: (record: SyncRecord, present: Present) => number | readonly Sample[],
]

const figures: readonly Figure[] = [
  [
    'gauge',
    'sync_proxy_rules_last_timestamp_seconds',
    'The last time proxy rules were successfully synced',
    ({syncedAt = 0}) => syncedAt / 1000,
  ],
  [
    'gauge',
    'sync_proxy_rules_last_queued_timestamp_seconds',
    'The last time a sync of proxy rules was queued',
    ({lastQueuedAt = 0}) => lastQueuedAt / 1000,
  ],
  [
    'gauge',
    'sync_proxy_rules_endpoint_changes_pending',
    'Pending proxy rules Endpoint changes',
    (record, {slices}) => differing(record.slices, slices).length,
  ],
  [
    'counter',
    'sync_proxy_rules_endpoint_changes_total',
    'Cumulative proxy rules Endpoint changes',
    ({endpointChanges}) => endpointChanges,
  ],
  [
    'gauge',
    'sync_proxy_rules_service_changes_pending',
    'Pending proxy rules Service changes',
    (record, {services}) => differing(record.services, services).length,
  ],
  [
    'counter',
    'sync_proxy_rules_service_changes_total',
    'Cumulative proxy rules Service changes',
    ({serviceChanges}) => serviceChanges,
  ],
  [
    'counter',
    'sync_proxy_rules_iptables_restore_failures_total',
    'Cumulative proxy iptables restore failures',
    ({failures}) => failures.restore,
  ],
  [
    'counter',
    'sync_proxy_rules_iptables_partial_restore_failures_total',
    'Cumulative proxy iptables partial restore failures',
    ({failures}) => failures.partial,
  ],
  [
    'gauge',
    'sync_proxy_rules_iptables_total',
    'Total number of iptables rules owned by kube-proxy',
    (_record, {plans}) => byLabel('table', rulesOf(plans)),
  ],
  [
    'gauge',
    'sync_proxy_rules_iptables_last',
    'Number of iptables rules written by kube-proxy in last sync',
    ({lastWritten}) => byLabel('table', {filter: 0, nat: 0, ...lastWritten}),
  ],
  [
    'gauge',
    'sync_proxy_rules_no_local_endpoints_total',
    'Number of services with a Local traffic policy and no endpoints',
    (_record, {lonely}) => byLabel('traffic_policy', lonely),
  ],
  [
    'counter',
    'proxy_healthz_total',
    'Cumulative proxy healthz HTTP status',
    (_record, {asked}) => byLabel('code', asked.healthz),
  ],
  [
    'counter',
    'proxy_livez_total',
    'Cumulative proxy livez HTTP status',
    (_record, {asked}) => byLabel('code', asked.livez),
  ],
]

function byLabel(label: string, counts: Readonly<Record<string, number>>): readonly Sample[] {
  return Object.entries(counts).map(([text, value]) => ({labels: {[label]: text}, value}))
}

function rulesOf(plans: readonly RulesPlan[]): Readonly<Record<string, number>> {
  const tables = plans.filter(({backend}) => backend === 'iptables').map(plan => plan.tables)
  const count = (table: 'filter' | 'nat') => {
    const parts = tables.flatMap(one => one[table] ?? [])
    return parts.reduce((sum, {chains, jumps}) => sum + Object.values(chains).flat().length + jumps.length, 0)
  }
  return {filter: count('filter'), nat: count('nat')}
}
