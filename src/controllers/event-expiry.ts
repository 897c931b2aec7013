import {minuteOf} from '../objects/event.ts'
import type {Controller, Key} from './controller.ts'

/**
 * Events are news: an hour after an event was last written it goes. They are looked at by the minute, all of one minute together,
 * so that a thousand events do not want a thousand timers.
 */
export const eventExpiry: Controller = {
  name: 'event-expiry',
  watches: ['Event'],
  keysOf: ({type, object}) => (object.kind === 'Event' && type !== 'DELETED' ? [ofMinute(minuteOf(object))] : []),
  reconcile: ({name}, view, {now}) =>
    now < goesAt(name) ? [] : view.find('eventsByMinute', name).map(object => ({do: 'remove', object})),
  due: ({name}, view) => (view.count('eventsByMinute', name) > 0 ? goesAt(name) : undefined),
}

function ofMinute(name: string): Key {
  return {kind: 'Event', name}
}

/* An hour after the minute is over. */
function goesAt(minute: string): number {
  return Date.parse(`${minute}:00Z`) + 60_000 + 3_600_000
}
