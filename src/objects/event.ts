import {since} from './age.ts'
import {eventFields, eventMistakes} from './event-rules.ts'
import {pathSegment} from './format.ts'
import type {Kind} from './kind.ts'
import type {KubeObject} from './kube-object.ts'
import type {ObjectReference} from './object-reference.ts'
import {timestamp} from './timestamp.ts'

/** Something that happened to an object. The same thing again only counts on. */
export type Event = KubeObject & {
  readonly apiVersion: 'v1'
  readonly kind: 'Event'
  readonly involvedObject: ObjectReference
  /** One word for programs: `FailedScheduling`. */
  readonly reason?: string
  readonly message?: string
  readonly type?: string
  readonly source?: {readonly component?: string; readonly host?: string}
  readonly firstTimestamp?: string
  readonly lastTimestamp?: string
  readonly count?: number
  /** In microseconds; events in the new style have it and no timestamps. */
  readonly eventTime?: string
  readonly series?: {readonly count?: number; readonly lastObservedTime?: string}
  readonly action?: string
  readonly related?: ObjectReference
  readonly reportingComponent?: string
  readonly reportingInstance?: string
}

export const eventKind: Kind<Event> = {
  kind: 'Event',
  plural: 'events',
  singular: 'event',
  shortNames: ['ev'],
  namespaced: true,
  apiVersions: ['v1'],
  countsGenerations: false,
  name: pathSegment,
  fields: eventFields,
  required: ['involvedObject'],
  defaults: event => event,
  validate: eventMistakes,
  initial: event => event,
  inherit: event => event,
  validateUpdate: () => [],
  selectable: [
    ...(['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'] as const).map(part => ({
      field: `involvedObject.${part}`,
      value: ({involvedObject}: Event) => involvedObject[part] ?? '',
    })),
    {field: 'reason', value: ({reason}) => reason ?? ''},
    {field: 'reportingComponent', value: ({reportingComponent}) => reportingComponent ?? ''},
    {field: 'source', value: ({source, reportingComponent}) => source?.component || reportingComponent || ''},
    {field: 'type', value: ({type}) => type ?? ''},
  ],
  columns: [
    {name: 'Last Seen', value: (event, now) => since(lastSeen(event), now)},
    {name: 'Type', value: ({type}) => type ?? ''},
    {name: 'Reason', value: ({reason}) => reason ?? ''},
    {name: 'Object', value: ({involvedObject}) => objectWord(involvedObject)},
    {name: 'Subobject', wide: true, value: ({involvedObject}) => involvedObject.fieldPath ?? ''},
    {name: 'Source', wide: true, value: sourceWord},
    {name: 'Message', value: ({message}) => (message ?? '').trim()},
    {name: 'First Seen', wide: true, value: (event, now) => since(firstSeen(event), now)},
    {name: 'Count', wide: true, type: 'integer', value: countWord},
    {name: 'Name', wide: true, value: event => event.metadata.name},
  ],
}

/** The minute in which an event was last written, in UTC: `2025-01-01T00:00`. */
export function minuteOf({metadata: {creationTimestamp}, lastTimestamp, series}: Event): string {
  const times = [creationTimestamp, lastTimestamp, series?.lastObservedTime].map(time => Date.parse(time ?? '') || 0)
  return timestamp(Math.max(...times)).slice(0, 16)
}

function firstSeen({firstTimestamp, eventTime}: Event): string | undefined {
  return firstTimestamp ?? eventTime
}

function lastSeen(event: Event): string | undefined {
  return event.series?.lastObservedTime ?? event.lastTimestamp ?? firstSeen(event)
}

function objectWord({kind = '', name}: ObjectReference): string {
  return name ? `${kind.toLowerCase()}/${name}` : kind.toLowerCase()
}

function sourceWord({source, reportingComponent, reportingInstance}: Event): string {
  const component = source?.component || reportingComponent || ''
  const instance = source?.host || reportingInstance
  return instance ? `${component}, ${instance}` : component
}

/* An event in the new style that happened once has no count. */
function countWord({series, count}: Event): string {
  return `${series?.count ?? (count || 1)}`
}
