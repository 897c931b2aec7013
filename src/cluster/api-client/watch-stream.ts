import {createInterface} from 'node:readline'
import type {KubeObjectAny} from '../../objects/kinds.ts'
import {ApiRefusal, type Connection} from './connection.ts'
import {type After, backoff, mayPass} from './persist.ts'

export type WatchedEvent = {readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: KubeObjectAny}

export type WatchStream = {
  /** `/api/v1/pods?fieldSelector=...`, without what a watch adds. */
  readonly path: string
  readonly since: number
  readonly signal: AbortSignal
  readonly after: After
  /** How far everything is known, with or without an event. */
  readonly tell: (event: WatchedEvent | undefined, revision: number) => void
}

/** For how long a watch is asked for, in seconds; the server ends it then, and it goes on from where it was. */
const watchSeconds = 300

/**
 * One watch that goes on until the signal: over and over, from where the last one ended. A server that is gone or busy is asked again, later
 * each time. Rejects when only a new list can help: the server has forgotten the revision (410), or refuses.
 */
export async function followWatch(connection: Connection, watch: WatchStream): Promise<void> {
  const {signal, after} = watch
  const pause = backoff(after, signal)
  let {since} = watch
  while (!signal.aborted) {
    const before = since
    try {
      since = await readWatch(connection, {...watch, since}, revision => {
        since = revision
        pause.reset()
      })
      if (since > before) continue
    } catch (error) {
      if (signal.aborted) return
      if (!mayPass(error)) throw error
    }
    await pause.wait()
  }
}

async function readWatch(
  connection: Connection,
  {path, since, signal, tell}: WatchStream,
  reached: (revision: number) => void,
): Promise<number> {
  const query = `watch=true&allowWatchBookmarks=true&resourceVersion=${since}&timeoutSeconds=${watchSeconds}`
  const response = await connection.stream(`${path}${path.includes('?') ? '&' : '?'}${query}`, signal)
  let revision = since
  for await (const line of createInterface({input: response})) {
    const {type, object} = JSON.parse(line)
    if (type === 'ERROR') throw new ApiRefusal(object.code ?? 500, object.message ?? 'the watch broke')
    revision = Number(object.metadata.resourceVersion)
    reached(revision)
    tell(type === 'BOOKMARK' ? undefined : {type, object}, revision)
  }
  return revision
}
