import type {Event} from '../objects/event.ts'
import type {KubeObjectAny} from '../objects/kinds.ts'
import {timestamp} from '../objects/timestamp.ts'
import type {View} from '../store/view.ts'
import type {Context, Write} from './controller.ts'

/**
 * What controllers tell of what they do, as Kubernetes' event recorder writes it: the same thing again counts on in the event that
 * is there, and from the eleventh thing alike on, within ten minutes, all that follow share one event, so that nobody's story fills
 * the store.
 */
export type Happening = {
  readonly type: 'Normal' | 'Warning'
  /** One word for programs: `SuccessfulCreate`. */
  readonly reason: string
  readonly message: string
  /** Who says so: `replicaset-controller`. */
  readonly component: string
}

/** The write that records one happening to an object. */
export function eventFor(object: KubeObjectAny, happening: Happening, view: View, context: Context): Write {
  const [write] = eventsFor(object, [happening], view, context)
  if (write === undefined) throw new Error('one happening makes one event')
  return write
}

/** The writes that record some happenings to an object, in their order, those alike together. */
export function eventsFor(
  object: KubeObjectAny,
  happenings: readonly Happening[],
  view: View,
  context: Context,
): readonly Write[] {
  if (happenings.length === 0) return []
  const before = view.find('eventsByObject', object.metadata.uid ?? '')
  const events = new Map(before.map(event => [event.metadata.name, event]))
  const touched = new Set<string>()
  for (const happening of happenings) {
    const event = recorded(object, happening, [...events.values()], context, touched.size)
    events.set(event.metadata.name, event)
    touched.add(event.metadata.name)
  }
  const known = new Set(before.map(({metadata}) => metadata.name))
  return [...events.values()]
    .filter(({metadata}) => touched.has(metadata.name))
    .map(event => ({do: known.has(event.metadata.name) ? 'update' : 'create', object: event}))
}

/** After so many messages for the same reason the others are told together. */
const fewEnough = 10
const whileMilliseconds = 600_000
const combined = '(combined from similar events): '

function recorded(
  object: KubeObjectAny,
  {type, reason, message, component}: Happening,
  events: readonly Event[],
  context: Context,
  place: number,
): Event {
  const alike = events.filter(
    event => event.type === type && event.reason === reason && event.source?.component === component,
  )
  const same = alike.find(event => event.message === message)
  if (same) return again(same, message, context)
  const recent = alike.filter(({lastTimestamp = ''}) => context.now - Date.parse(lastTimestamp) < whileMilliseconds)
  if (recent.length < fewEnough) return first(object, {type, reason, message, component}, context, place)
  const shared = recent.find(event => event.message?.startsWith(combined))
  const text = `${combined}${message}`
  return shared ? again(shared, text, context) : first(object, {type, reason, message: text, component}, context, place)
}

function again(event: Event, message: string, {now}: Context): Event {
  return {...event, message, lastTimestamp: timestamp(now), count: (event.count ?? 1) + 1}
}

function first(
  {apiVersion, kind, metadata}: KubeObjectAny,
  {type, reason, message, component}: Happening,
  {now, random}: Context,
  place: number,
): Event {
  const {name, namespace, uid, resourceVersion} = metadata
  const time = timestamp(now)
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: {name: `${name}.${nanoseconds(now, random, place)}`, namespace: namespace ?? 'default'},
    involvedObject: {
      kind,
      ...(namespace !== undefined && {namespace}),
      name,
      ...(uid !== undefined && {uid}),
      apiVersion,
      ...(resourceVersion !== undefined && {resourceVersion}),
    },
    reason,
    message,
    source: {component},
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
    type,
    reportingComponent: component,
  }
}

/** Sixteen digits: the time in nanoseconds since 1970, of which the clock knows only the thousandths of a second. */
function nanoseconds(now: number, random: () => number, place: number): string {
  const below = Math.floor(random() * 900_000) + place
  return (BigInt(Math.floor(now)) * 1_000_000n + BigInt(below)).toString(16).padStart(16, '0')
}
