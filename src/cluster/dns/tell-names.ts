import type {Logger} from 'pino'
import type {AgentClient} from '../../node/client.ts'
import {isNamed, type NamedKind, type NamedObject, namesChannel} from './names-channel.ts'

export type NamesSource = {
  readonly client: Pick<AgentClient, 'list' | 'changes'>
  readonly after: (milliseconds: number, signal: AbortSignal) => Promise<void>
  readonly signal: AbortSignal
  readonly log: Logger
}

/** Answers the DNS servers of this process: from their first question on they are told of every change, until the signal. */
export function tellNames(source: NamesSource): void {
  let telling = new AbortController()
  const tell = namesChannel(message => {
    if (message.is !== 'question') return
    telling.abort()
    telling = new AbortController()
    const signal = AbortSignal.any([telling.signal, source.signal])
    void keepTelling({...source, signal}, message.kinds, tell)
  })
}

/* A watch can break; then all is told anew. */
async function keepTelling(
  {client, after, signal, log}: NamesSource,
  kinds: readonly NamedKind[],
  tell: ReturnType<typeof namesChannel>,
): Promise<void> {
  while (!signal.aborted) {
    try {
      const lists = await Promise.all(kinds.map(kind => client.list(kind, 'cluster')))
      tell({is: 'world', kinds, objects: lists.flatMap(({objects}): readonly NamedObject[] => objects)})
      let revision = Math.min(...lists.map(list => list.revision))
      while (!signal.aborted) {
        const news = await client.changes(revision, signal, 'cluster')
        revision = news.revision
        const changes = news.changes.flatMap(({type, object}) => (isNamed(object, kinds) ? [{type, object}] : []))
        if (changes.length > 0) tell({is: 'changes', changes})
      }
    } catch (error) {
      if (signal.aborted) return
      log.warn({err: error}, 'names cannot be followed, listing anew')
      await after(relistAfter, signal)
    }
  }
}

/** How long to wait before a watch that broke is begun anew, in ms. */
const relistAfter = 1000
