import type {KubeObjectAny} from '../../objects/kinds.ts'
import type {Connection} from './connection.ts'
import {type After, backoff, persist} from './persist.ts'
import {followWatch} from './watch-stream.ts'

export type FollowedObject = {
  /** `/api/v1/namespaces/default/configmaps` */
  readonly path: string
  readonly name: string
  /** What the items of a list do not say of themselves. */
  readonly type: Pick<KubeObjectAny, 'apiVersion' | 'kind'>
  readonly told: (object: KubeObjectAny | undefined) => void
  readonly signal: AbortSignal
  readonly after: After
}

/** One object by its name: tells what it is before it resolves, and what it becomes until the signal. */
export async function followObject(connection: Connection, followed: FollowedObject): Promise<void> {
  const {signal, after, told} = followed
  const first = await persist(() => look(connection, followed), {after, signal})
  told(first.object)
  void goOn(connection, followed, first)
}

type Seen = {readonly revision: number; readonly object: KubeObjectAny | undefined}

/* A watch that the server cannot go on with is begun anew by looking, and what was missed is told once. */
async function goOn(connection: Connection, followed: FollowedObject, first: Seen): Promise<void> {
  const {signal, after, told} = followed
  const pause = backoff(after, signal)
  let {object, revision} = first
  const tell = (next: KubeObjectAny | undefined) => {
    if (signal.aborted || next?.metadata.resourceVersion === object?.metadata.resourceVersion) return
    object = next
    told(next)
  }
  while (!signal.aborted) {
    try {
      await followWatch(connection, {
        path: pathOf(followed),
        since: revision,
        ...{signal, after},
        tell: event => {
          pause.reset()
          if (event) tell(event.type === 'DELETED' ? undefined : event.object)
        },
      })
    } catch {
      await pause.wait()
      const now = await persist(() => look(connection, followed), {after, signal}).catch(() => undefined)
      if (now === undefined) continue
      revision = now.revision
      tell(now.object)
    }
  }
}

async function look(connection: Connection, followed: FollowedObject): Promise<Seen> {
  const {items, metadata} = await connection.call({method: 'GET', path: pathOf(followed), signal: followed.signal})
  const object = items?.[0] && {...items[0], ...followed.type}
  return {revision: Number(metadata.resourceVersion), object}
}

function pathOf({path, name}: FollowedObject): string {
  return `${path}?fieldSelector=${encodeURIComponent(`metadata.name=${name}`)}`
}
