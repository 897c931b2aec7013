import type {EndpointSlice} from '../../objects/endpoint-slice.ts'
import type {Service} from '../../objects/service.ts'
import type {PacketOp} from '../packet-plans.ts'
import {emptyHistogram, type HistogramState, observed} from './exposition.ts'

/** What kube-proxy remembers of its work, for those who ask how it is. Times are in ms since 1970. */
export type SyncRecord = {
  readonly startedAt: number
  /** Since when something waits to be written; undefined when all is. */
  readonly queuedAt?: number
  readonly lastQueuedAt?: number
  readonly syncedAt?: number
  readonly services: ReadonlyMap<string, Service>
  readonly slices: ReadonlyMap<string, EndpointSlice>
  readonly serviceChanges: number
  readonly endpointChanges: number
  readonly durations: Readonly<Record<'all' | 'full' | 'partial' | 'programming', HistogramState>>
  readonly lastWritten: Readonly<Record<string, number>>
  readonly failures: Readonly<Record<'restore' | 'partial', number>>
}

/** One sync that was done. */
export type Sync = {
  readonly began: number
  readonly ended: number
  readonly services: ReadonlyMap<string, Service>
  readonly slices: ReadonlyMap<string, EndpointSlice>
  /** With a look at all that is there, not only the step from what was written last. */
  readonly inFull: boolean
  readonly changes: readonly PacketOp['change'][]
}

export function newSyncRecord(startedAt: number): SyncRecord {
  const seconds = emptyHistogram(Array.from({length: 15}, (_, index) => 0.001 * 2 ** index))
  return {
    startedAt,
    services: new Map(),
    slices: new Map(),
    serviceChanges: 0,
    endpointChanges: 0,
    durations: {all: seconds, full: seconds, partial: seconds, programming: emptyHistogram(programmingBounds)},
    lastWritten: {},
    failures: {restore: 0, partial: 0},
  }
}

/* A quarter and half a second, each second of the first minute, five of the next, half minutes up to five. */
const programmingBounds = [
  0.25,
  0.5,
  ...Array.from({length: 59}, (_, index) => index + 1),
  ...Array.from({length: 12}, (_, index) => 60 + 5 * index),
  ...Array.from({length: 7}, (_, index) => 120 + 30 * index),
]

export function queued(record: SyncRecord, now: number): SyncRecord {
  return {...record, queuedAt: record.queuedAt ?? now, lastQueuedAt: now}
}

export function failed(record: SyncRecord, which: keyof SyncRecord['failures']): SyncRecord {
  return {...record, failures: {...record.failures, [which]: record.failures[which] + 1}}
}

export function synced(record: SyncRecord, sync: Sync): SyncRecord {
  const {began, ended, services, slices, inFull, changes} = sync
  const {queuedAt: _done, ...rest} = record
  const seconds = (ended - began) / 1000
  const {all, full, partial, programming} = record.durations
  const changed = differing(record.slices, slices)
  return {
    ...rest,
    // What was queued while it was being written waits still.
    ...(record.lastQueuedAt !== undefined && record.lastQueuedAt > began && {queuedAt: record.lastQueuedAt}),
    syncedAt: ended,
    services: new Map(services),
    slices: new Map(slices),
    serviceChanges: record.serviceChanges + differing(record.services, services).length,
    endpointChanges: record.endpointChanges + changed.length,
    durations: {
      all: observed(all, seconds),
      full: inFull ? observed(full, seconds) : full,
      partial: inFull ? partial : observed(partial, seconds),
      programming: changed
        .flatMap(name => triggeredAt(slices.get(name)) ?? [])
        .filter(time => time >= record.startedAt)
        .reduce((before, time) => observed(before, Math.max(0, ended - time) / 1000), programming),
    },
    lastWritten: rulesIn(changes),
  }
}

const triggerAnnotation = 'endpoints.kubernetes.io/last-change-trigger-time'

function triggeredAt(slice: EndpointSlice | undefined): number | undefined {
  const time = Date.parse(slice?.metadata.annotations?.[triggerAnnotation] ?? '')
  return Number.isNaN(time) ? undefined : time
}

/** The names of what has come, gone or become another: objects are never changed. */
export function differing<T>(before: ReadonlyMap<string, T>, after: ReadonlyMap<string, T>): readonly string[] {
  const fresh = [...after].flatMap(([name, object]) => (before.get(name) === object ? [] : [name]))
  return [...fresh, ...[...before.keys()].filter(name => !after.has(name))]
}

function rulesIn(changes: readonly PacketOp['change'][]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const change of changes)
    if (change.backend === 'iptables')
      for (const [table, {rewrite, insert, append}] of Object.entries(change.tables)) {
        const rules = Object.values(rewrite).reduce((sum, {length}) => sum + length, 0)
        counts[table] = (counts[table] ?? 0) + rules + insert.length + append.length
      }
  return counts
}
