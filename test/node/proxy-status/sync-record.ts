import test from 'ava'
import {printMetrics} from '../../../src/node/proxy-status/exposition.ts'
import {metricsOf} from '../../../src/node/proxy-status/metrics.ts'
import {
  failed,
  newSyncRecord,
  queued,
  type Sync,
  type SyncRecord,
  synced,
} from '../../../src/node/proxy-status/sync-record.ts'
import type {EndpointSlice} from '../../../src/objects/endpoint-slice.ts'
import {sampleService, sampleSlice} from '../../objects/_samples.ts'
import {kubia, planned} from '../proxy/_plan.ts'

const birth = Date.parse('2025-01-01T00:00:00Z')

function triggered(slice: EndpointSlice, time: string): EndpointSlice {
  const annotations = {'endpoints.kubernetes.io/last-change-trigger-time': time}
  return {...slice, metadata: {...slice.metadata, annotations}}
}

const service = sampleService('kubia', {clusterIP: '10.98.237.175'})
const slice = triggered(sampleSlice('kubia', ['172.17.12.2']), '2025-01-01T00:00:01Z')
const services = new Map([['default/kubia', service]])
const slices = new Map([['default/kubia-2x7rt', slice]])
const first: Sync = {began: birth + 1400, ended: birth + 1500, services, slices, inFull: true, changes: []}

/** The lines of the metrics whose names begin so. */
function linesOf(record: SyncRecord, start: string, sync: Pick<Sync, 'services' | 'slices'> = first): string {
  const present = {
    ...sync,
    plans: [planned([kubia])],
    lonely: {internal: 1, external: 0},
    asked: {healthz: {200: 4}, livez: {}},
  }
  const lines = printMetrics(metricsOf(record, present)).split('\n')
  return lines.filter(line => line.startsWith(`kubeproxy_${start}`)).join('\n')
}

test('what was changed is counted, and what waits is seen at once', t => {
  const before = newSyncRecord(birth)
  t.is(linesOf(before, 'sync_proxy_rules_endpoint_changes'), pending('endpoint', 1, 0))
  const after = synced(queued(before, birth + 1300), first)
  t.is(linesOf(after, 'sync_proxy_rules_endpoint_changes'), pending('endpoint', 0, 1))
  t.is(linesOf(after, 'sync_proxy_rules_service_changes'), pending('service', 0, 1))
  const gone = {...first, slices: new Map()}
  t.is(linesOf(after, 'sync_proxy_rules_endpoint_changes', gone), pending('endpoint', 1, 1))
  t.is(linesOf(synced(after, gone), 'sync_proxy_rules_endpoint_changes', gone), pending('endpoint', 0, 2))
})

function pending(what: string, waiting: number, all: number): string {
  const name = `kubeproxy_sync_proxy_rules_${what}_changes`
  return `${name}_pending ${waiting}\n${name}_total ${all}`
}

test('the time from a change of pods to the rules is measured, of changes since the start', t => {
  const record = synced(newSyncRecord(birth), first)
  t.is(
    linesOf(record, 'network_programming_duration_seconds').replace(/.*_bucket.* [01]\n/g, ''),
    'kubeproxy_network_programming_duration_seconds_sum 0.5\nkubeproxy_network_programming_duration_seconds_count 1',
  )
  t.regex(linesOf(record, 'network_programming'), /le="0.25"} 0\n.*le="0.5"} 1/)
  const old = synced(newSyncRecord(birth + 1200), first)
  t.regex(linesOf(old, 'network_programming_duration_seconds_count'), / 0$/)
  t.regex(linesOf(synced(record, first), 'network_programming_duration_seconds_count'), / 1$/, 'each once')
})

test('full and partial syncs are told apart', t => {
  const record = synced(synced(newSyncRecord(birth), first), {...first, inFull: false})
  t.regex(linesOf(record, 'sync_proxy_rules_duration_seconds_count'), / 2$/)
  t.regex(linesOf(record, 'sync_full_proxy_rules_duration_seconds_count'), / 1$/)
  t.regex(linesOf(record, 'sync_partial_proxy_rules_duration_seconds_sum'), / 0.1$/)
})

test('rules are counted by table: those that are there, and those that were written last', t => {
  const rule = {matches: []}
  const nat = {rewrite: {'KUBE-SVC-A': [rule, rule]}, remove: [], insert: [{chain: 'X', rule}], append: [], delete: []}
  const record = synced(newSyncRecord(birth), {...first, changes: [{backend: 'iptables', tables: {nat}}]})
  t.is(
    linesOf(record, 'sync_proxy_rules_iptables_last'),
    'kubeproxy_sync_proxy_rules_iptables_last{table="filter"} 0\nkubeproxy_sync_proxy_rules_iptables_last{table="nat"} 3',
  )
  t.regex(
    linesOf(record, 'sync_proxy_rules_iptables_total'),
    /^kubeproxy_sync_proxy_rules_iptables_total\{table="filter"\} \d+\nkubeproxy_sync_proxy_rules_iptables_total\{table="nat"\} \d\d$/,
  )
})

test('failures and answers are counted', t => {
  const record = failed(failed(failed(newSyncRecord(birth), 'restore'), 'partial'), 'partial')
  t.regex(linesOf(record, 'sync_proxy_rules_iptables_restore_failures_total'), / 1$/)
  t.regex(linesOf(record, 'sync_proxy_rules_iptables_partial_restore_failures_total'), / 2$/)
  t.is(linesOf(record, 'proxy_'), 'kubeproxy_proxy_healthz_total{code="200"} 4')
  t.regex(linesOf(record, 'sync_proxy_rules_no_local'), /\{traffic_policy="internal"\} 1\n.*"external"\} 0/)
})

test('what is queued while rules are written waits still', t => {
  const record = synced(queued(queued(newSyncRecord(birth), birth + 1000), birth + 1450), first)
  t.is(record.queuedAt, birth + 1450)
  t.is(synced(record, {...first, began: birth + 1460}).queuedAt, undefined)
})
