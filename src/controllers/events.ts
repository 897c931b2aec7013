import type {KubeObjectAny} from '../objects/kinds.ts'
import {type Happening, recorded} from '../objects/recorded-event.ts'
import type {View} from '../store/view.ts'
import type {Context, Write} from './controller.ts'

export type {Happening}

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
  const {now} = context
  let nanoseconds = inNanoseconds(context)
  for (const happening of happenings) {
    const event = recorded(object, happening, {events: [...events.values()], now, nanoseconds: nanoseconds++})
    events.set(event.metadata.name, event)
    touched.add(event.metadata.name)
  }
  const known = new Set(before.map(({metadata}) => metadata.name))
  return [...events.values()]
    .filter(({metadata}) => touched.has(metadata.name))
    .map(event => ({do: known.has(event.metadata.name) ? 'update' : 'create', object: event}))
}

/* The clock knows only the thousandths of a second; what is below, chance adds, so that names do not repeat. */
function inNanoseconds({now, random}: Context): bigint {
  return BigInt(Math.floor(now)) * 1_000_000n + BigInt(Math.floor(random() * 900_000))
}
