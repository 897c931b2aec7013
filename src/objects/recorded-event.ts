import type {Event} from './event.ts'
import type {KubeObject} from './kube-object.ts'
import {timestamp} from './timestamp.ts'

/**
 * What components tell of what they do, as Kubernetes' event recorder writes it: the same thing again counts on in the event that
 * is there, and from the tenth thing alike on, within ten minutes, all that follow share one event, so that nobody's story fills
 * the store.
 */
export type Happening = {
  readonly type: 'Normal' | 'Warning'
  /** One word for programs: `SuccessfulCreate`. */
  readonly reason: string
  readonly message: string
  /** Who says so: `replicaset-controller`. */
  readonly component: string
  /** The node on which that runs, if it belongs to one. */
  readonly host?: string
  /** The part of the object that it is about: `spec.containers{kubia}`. */
  readonly fieldPath?: string
}

/** Whom it happened to. */
export type Subject = Pick<KubeObject, 'apiVersion' | 'kind' | 'metadata'>

/**
 * The event that tells of a happening, a new one or one of those there are. `now` is in milliseconds since 1970; `nanoseconds`
 * makes the name of a new one, and no other event of the object has it.
 */
export function recorded(
  subject: Subject,
  happening: Happening,
  {events, now, nanoseconds}: {readonly events: readonly Event[]; readonly now: number; readonly nanoseconds: bigint},
): Event {
  const alike = events.filter(event => isAlike(event, happening))
  const same = alike.find(
    ({message, involvedObject}) => message === happening.message && involvedObject.fieldPath === happening.fieldPath,
  )
  if (same) return again(same, happening.message, now)
  const recent = alike.filter(({lastTimestamp = ''}) => now - Date.parse(lastTimestamp) < whileMilliseconds)
  if (recent.length < fewEnough) return first(subject, happening, {now, nanoseconds})
  const message = `${combined}${happening.message}`
  const shared = recent.find(event => event.message?.startsWith(combined))
  return shared ? again(shared, message, now) : first(subject, {...happening, message}, {now, nanoseconds})
}

/** After so many messages for the same reason the others are told together. */
const fewEnough = 9
const whileMilliseconds = 600_000
const combined = '(combined from similar events): '

function isAlike({type, reason, source = {}}: Event, happening: Happening): boolean {
  const {component, host} = source
  return (
    type === happening.type &&
    reason === happening.reason &&
    component === happening.component &&
    host === happening.host
  )
}

function again(event: Event, message: string, now: number): Event {
  return {...event, message, lastTimestamp: timestamp(now), count: (event.count ?? 1) + 1}
}

function first(
  {apiVersion, kind, metadata}: Subject,
  {type, reason, message, component, host, fieldPath}: Happening,
  {now, nanoseconds}: {readonly now: number; readonly nanoseconds: bigint},
): Event {
  const {name, namespace, uid, resourceVersion} = metadata
  const time = timestamp(now)
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: {name: `${name}.${nanoseconds.toString(16).padStart(16, '0')}`, namespace: namespace ?? 'default'},
    involvedObject: {
      kind,
      ...(namespace !== undefined && {namespace}),
      name,
      ...(uid !== undefined && {uid}),
      apiVersion,
      ...(resourceVersion !== undefined && {resourceVersion}),
      ...(fieldPath !== undefined && {fieldPath}),
    },
    reason,
    message,
    source: {component, ...(host !== undefined && {host})},
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
    type,
    reportingComponent: component,
    ...(host !== undefined && {reportingInstance: host}),
  }
}
