import type {Event} from '../../objects/event.ts'
import {ApiRefusal, type Connection} from './connection.ts'
import {mayPass} from './persist.ts'

/**
 * Writes events, one after the other. What the server refuses is dropped, as its namespace may be gone: it is only news. Rejects when
 * the server is away; writing all of them again does no harm.
 */
export async function recordEvents(connection: Connection, events: readonly Event[]): Promise<void> {
  for (const event of events)
    await write(connection, event).catch(error => {
      if (mayPass(error)) throw error
    })
}

/* One that counts is there already, if the server has not forgotten it. */
async function write(connection: Connection, event: Event): Promise<void> {
  const inTurn = (event.count ?? 1) > 1 ? ([countOn, create] as const) : ([create, countOn] as const)
  try {
    await inTurn[0](connection, event)
  } catch (error) {
    if (!(error instanceof ApiRefusal) || ![404, 409].includes(error.status)) throw error
    await inTurn[1](connection, event)
  }
}

async function create(connection: Connection, event: Event): Promise<void> {
  await connection.call({method: 'POST', path: folderOf(event), body: event})
}

async function countOn(connection: Connection, event: Event): Promise<void> {
  const {count, message, lastTimestamp} = event
  await connection.call({
    method: 'PATCH',
    path: `${folderOf(event)}/${event.metadata.name}`,
    type: 'application/merge-patch+json',
    body: {count, message, lastTimestamp},
  })
}

function folderOf({metadata: {namespace}}: Event): string {
  return `/api/v1/namespaces/${namespace}/events`
}
