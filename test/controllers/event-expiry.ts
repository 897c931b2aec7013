import test from 'ava'
import {eventExpiry} from '../../src/controllers/event-expiry.ts'
import {runControllers} from '../../src/controllers/runner.ts'
import {type Event, minuteOf} from '../../src/objects/event.ts'
import {memoryStore} from '../../src/store/memory.ts'
import {birth} from './_world.ts'

const minutes = 60_000

const event = (name: string, told: Partial<Event> = {}): Event => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: {name, namespace: 'default'},
  involvedObject: {kind: 'Pod', namespace: 'default', name: 'web'},
  ...told,
})

/** A store of events whose clock only this test moves; `pass` rings the timers whose time has come. */
function expiring() {
  let now = birth
  const store = memoryStore({clock: () => now, uid: () => `uid-${store.revision}`})
  const timers = new Map<() => void, number>()
  const stop = new AbortController()
  const {idle} = runControllers({
    store,
    controllers: [eventExpiry],
    signal: stop.signal,
    now: () => now,
    random: () => 0.5,
    timer: (callback, delay) => {
      timers.set(callback, now + delay)
      return () => timers.delete(callback)
    },
  })
  const pass = async (milliseconds: number) => {
    now += milliseconds
    for (const [ring, at] of timers)
      if (at <= now) {
        timers.delete(ring)
        ring()
      }
    await idle()
  }
  const names = () => store.list('Event').map(({metadata}) => metadata.name)
  return {store, pass, names, timers, idle, end: () => stop.abort()}
}

test('an event goes an hour after the minute in which it was last written', async t => {
  const {store, pass, names, idle, end} = expiring()
  store.create(event('a'))
  store.create(event('b'))
  await idle()
  await pass(30 * minutes)
  const [, b] = store.list('Event')
  store.update({...(b as Event), count: 2, lastTimestamp: '2025-01-01T00:30:00Z'})
  await pass(30 * minutes)
  t.deepEqual(names(), ['a', 'b'])
  await pass(1 * minutes)
  t.deepEqual(names(), ['b'])
  await pass(30 * minutes)
  t.deepEqual(names(), [])
  end()
})

test('events of one minute share one timer, and none is left when they are gone', async t => {
  const {store, pass, names, timers, idle, end} = expiring()
  for (let number = 0; number < 100; number++) store.create(event(`event-${number}`))
  await idle()
  t.is(timers.size, 1)
  await pass(61 * minutes)
  t.deepEqual(names(), [])
  t.is(timers.size, 0)
  end()
})

const born = {name: 'a', namespace: 'default', creationTimestamp: '2025-01-01T00:00:10Z'}

test('the minute of an event is that of its last news, however it is told', t => {
  const minute = (told: Partial<Event>) => minuteOf({...event('a'), metadata: born, ...told})
  t.is(minute({}), '2025-01-01T00:00')
  t.is(minute({lastTimestamp: '2025-01-01T02:00:00+01:00'}), '2025-01-01T01:00')
  t.is(minute({lastTimestamp: 'never'}), '2025-01-01T00:00')
  t.is(minute({lastTimestamp: '2024-01-01T00:00:00Z'}), '2025-01-01T00:00')
  t.is(minute({series: {count: 3, lastObservedTime: '2025-01-01T00:07:00.123456Z'}}), '2025-01-01T00:07')
})
