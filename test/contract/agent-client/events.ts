import type {Event} from '../../../src/objects/event.ts'
import type {ClientContract} from './world.ts'

/** What is told of what happened. */
export const events: ClientContract = {
  'what happened is written, and what happens again takes its place': async (t, {client, get}) => {
    const told = event('a.1')
    await client.record([told, event('a.2', {message: 'Started container main'})])
    const first = (await get(told)) as Event
    t.like(first, {...told, metadata: {name: 'a.1', namespace: 'default'}})
    const again = event('a.1', {count: 2, lastTimestamp: '2025-01-01T00:00:05Z', message: 'Created container: again'})
    await client.record([again])
    const found = (await get(told)) as Event
    t.like(found, {...again, metadata: {uid: first.metadata.uid}})
    t.is(((await get(event('a.2'))) as Event).message, 'Started container main')
  },
  'an event that the API has forgotten is written anew': async (t, {client, get, remove}) => {
    const told = event('a.1')
    await client.record([told])
    await remove((await get(told)) as Event)
    await client.record([event('a.1', {count: 7})])
    t.is(((await get(told)) as Event).count, 7)
  },
  'what happens in a namespace that is not there is passed over, and the rest is written': async (t, {client, get}) => {
    const elsewhere = event('a.1', {involvedObject: {kind: 'Pod', namespace: 'gone', name: 'a'}})
    const lost: Event = {...elsewhere, metadata: {name: 'a.1', namespace: 'gone'}}
    await t.notThrowsAsync(client.record([lost, event('a.2')]))
    t.is(await get(lost), undefined)
    t.truthy(await get(event('a.2')))
  },
}

const event = (name: string, told: Partial<Event> = {}): Event => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: {name, namespace: 'default'},
  involvedObject: {apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'a', uid: 'uid-of-a'},
  reason: 'Created',
  message: 'Created container: main',
  source: {component: 'kubelet', host: 'node1'},
  firstTimestamp: '2025-01-01T00:00:00Z',
  lastTimestamp: '2025-01-01T00:00:00Z',
  count: 1,
  type: 'Normal',
  reportingComponent: 'kubelet',
  reportingInstance: 'node1',
  ...told,
})
