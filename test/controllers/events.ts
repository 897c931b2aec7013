import test from 'ava'
import {eventFor, eventsFor, type Happening} from '../../src/controllers/events.ts'
import {samplePod} from '../objects/_samples.ts'
import {birth, context, viewOf} from './_world.ts'

const pod = samplePod('web', {uid: 'uid-1'})
const created: Happening = {
  type: 'Normal',
  reason: 'SuccessfulCreate',
  message: 'Created pod: web-abc12',
  component: 'replicaset-controller',
}

test('what happens is told in an event named after the object and the time', t => {
  const {do: verb, object} = eventFor(pod, created, viewOf(), context)
  t.is(verb, 'create')
  t.regex(object.metadata.name, /^web\.[0-9a-f]{16}$/)
  t.like(object, {
    kind: 'Event',
    involvedObject: {kind: 'Pod', namespace: 'default', name: 'web', uid: 'uid-1', apiVersion: 'v1'},
    reason: 'SuccessfulCreate',
    message: 'Created pod: web-abc12',
    source: {component: 'replicaset-controller'},
    firstTimestamp: '2025-01-01T00:00:00Z',
    count: 1,
    type: 'Normal',
  })
})

test('the same again is counted in the event that is there', t => {
  const {object} = eventFor(pod, created, viewOf(), context)
  const later = {...context, now: birth + 5000}
  const again = eventFor(pod, created, viewOf(object), later)
  t.is(again.do, 'update')
  t.like(again.object, {
    metadata: {name: object.metadata.name},
    count: 2,
    firstTimestamp: '2025-01-01T00:00:00Z',
    lastTimestamp: '2025-01-01T00:00:05Z',
  })
})

test('from the tenth thing alike on, all share one event', t => {
  const many = Array.from({length: 30}, (_, index) => ({...created, message: `Created pod: web-${index}`}))
  const writes = eventsFor(pod, many, viewOf(), context)
  t.is(writes.length, 10)
  t.like(writes.at(-1)?.object, {message: '(combined from similar events): Created pod: web-29', count: 21})
  t.is(new Set(writes.map(({object}) => object.metadata.name)).size, 10)
  const other = eventFor(
    pod,
    {...created, reason: 'FailedCreate'},
    viewOf(...writes.map(({object}) => object)),
    context,
  )
  t.like(other.object, {message: 'Created pod: web-abc12', count: 1})
})

test('nothing that happened makes no event', t => {
  t.deepEqual(eventsFor(pod, [], viewOf(), context), [])
})
