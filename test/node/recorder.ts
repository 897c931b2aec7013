import test from 'ava'
import fc from 'fast-check'
import {createRecorder} from '../../src/node/recorder.ts'
import type {Event} from '../../src/objects/event.ts'
import type {Happening} from '../../src/objects/recorded-event.ts'
import {fakeClock, podOf, quiet, silent} from './_fakes.ts'

const birth = Date.parse('2025-01-01T00:00:00Z')

const created = {type: 'Normal', reason: 'Created', message: 'Created container: main', component: 'kubelet'} as const

/** A recorder of node1, and what it has written: each call, and the last of each event. */
function recording() {
  const clock = fakeClock()
  const stop = new AbortController()
  const calls: (readonly Event[])[] = []
  const known = new Map<string, Event>()
  let away = false
  const {record} = createRecorder({
    client: {
      record: async events => {
        if (away) throw new Error('connect ECONNREFUSED')
        calls.push(events)
        for (const event of events) known.set(event.metadata.name, event)
      },
    },
    host: 'node1',
    time: () => birth + clock.elapsed(),
    after: clock.after,
    signal: stop.signal,
    log: silent,
  })
  const tell = (told: Partial<Happening> = {}, pod = 'web') => record(podOf(pod), {...created, ...told})
  /** Message and count of each event, in the order of their names. */
  const story = () =>
    [...known.values()]
      .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
      .map(({message, count}) => `${message} x${count}`)
  const setAway = (value: boolean) => {
    away = value
  }
  return {tell, story, calls, clock, known, setAway, stop: () => stop.abort()}
}

test('what is told at about the same time is written together, in the order of the telling', async t => {
  const {tell, calls, clock, story} = recording()
  tell()
  tell({reason: 'Started', message: 'Started container main'})
  tell({}, 'other')
  await quiet()
  t.deepEqual(calls, [], 'nobody waits for it')
  await clock.pass(100)
  t.is(calls.length, 1)
  t.deepEqual(
    story().filter(line => line.includes('main')),
    ['Created container: main x1', 'Created container: main x1', 'Started container main x1'],
  )
  t.deepEqual(
    calls[0]?.map(({involvedObject, reason}) => `${involvedObject.name} ${reason}`),
    ['web Created', 'web Started', 'other Created'],
  )
})

test('an event says who tells of what, and from where', async t => {
  const {tell, clock, known} = recording()
  tell({fieldPath: 'spec.containers{main}'})
  await clock.pass(100)
  const [event] = known.values()
  t.regex(event?.metadata.name ?? '', /^web\.[0-9a-f]{16}$/)
  t.like(event, {
    involvedObject: {kind: 'Pod', namespace: 'default', name: 'web', uid: 'web', fieldPath: 'spec.containers{main}'},
    source: {component: 'kubelet', host: 'node1'},
    reportingComponent: 'kubelet',
    reportingInstance: 'node1',
    firstTimestamp: '2025-01-01T00:00:00Z',
    count: 1,
  })
})

test('the same again counts on, of one container and not of another', async t => {
  const {tell, clock, story, known} = recording()
  tell({fieldPath: 'spec.containers{main}'})
  await clock.pass(60_000)
  tell({fieldPath: 'spec.containers{main}'})
  tell({fieldPath: 'spec.containers{other}'})
  await clock.pass(100)
  t.deepEqual(story(), ['Created container: main x2', 'Created container: main x1'])
  t.like([...known.values()][0], {firstTimestamp: '2025-01-01T00:00:00Z', lastTimestamp: '2025-01-01T00:01:00Z'})
})

test('what happens all the time is told twenty-five times, then once in five minutes, and all of it counts', async t => {
  const {tell, clock, story, calls} = recording()
  const unhealthy = {type: 'Warning', reason: 'Unhealthy', message: 'Readiness probe failed: '} as const
  for (let second = 0; second < 299; second++) {
    tell(unhealthy)
    await clock.pass(1000)
  }
  t.is(calls.length, 25)
  t.deepEqual(story(), ['Readiness probe failed:  x25'])
  tell(unhealthy)
  tell(unhealthy)
  await clock.pass(1000)
  tell(unhealthy)
  await clock.pass(1000)
  t.is(calls.length, 26)
  t.deepEqual(story(), ['Readiness probe failed:  x302'])
})

test('what cannot be written is written when the API is there again', async t => {
  const {tell, clock, story, setAway} = recording()
  setAway(true)
  tell()
  await clock.pass(100)
  tell()
  tell({reason: 'Started', message: 'Started container main'})
  setAway(false)
  await clock.pass(10_000)
  await clock.pass(100)
  t.deepEqual(story(), ['Created container: main x2', 'Started container main x1'])
})

test('nothing is written any more after the end', async t => {
  const {tell, clock, calls, stop} = recording()
  tell()
  stop()
  await quiet()
  await clock.pass(20_000)
  t.deepEqual(calls, [])
})

test('whatever is told, the counts add up to it, and no two events have one name', async t => {
  const told = fc.array(fc.tuple(fc.integer({min: 0, max: 12}), fc.constantFrom('a', 'b', 'c')), {maxLength: 20})
  await fc.assert(
    fc.asyncProperty(told, async all => {
      const {tell, clock, known} = recording()
      for (const [number, pod] of all) tell({message: `${number}`}, pod)
      await clock.pass(100)
      const counts = [...known.values()].map(({count = 0}) => count)
      t.is(
        counts.reduce((sum, count) => sum + count, 0),
        all.length,
      )
      const most = new Map<string, number>()
      for (const {involvedObject} of known.values())
        most.set(involvedObject.name ?? '', (most.get(involvedObject.name ?? '') ?? 0) + 1)
      for (const count of most.values()) t.true(count <= 10)
    }),
  )
})
