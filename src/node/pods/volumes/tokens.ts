import type {Pod} from '../../../objects/pod.ts'
import type {AgentClient, Token} from '../../client.ts'
import type {TokenSource} from './contents.ts'

/** The tokens in the volumes of one pod: fetched when they are first asked for, and again when most of their time is over. */
export type PodTokens = {
  /** Fetches what is missing or about to end; true when there was any. */
  refresh(pod: Pod): Promise<boolean>
  token(source: TokenSource): string | Error
}

type Held = {readonly token: Token; readonly until: number} | {readonly error: Error}

/** `now` is in ms since 1970. */
export function podTokens(client: Pick<AgentClient, 'requestToken'>, now: () => number): PodTokens {
  const held = new Map<string, Held>()
  const fetch = async (pod: Pod, source: TokenSource): Promise<Held> => {
    try {
      const token = await client.requestToken(pod, source)
      return {token, until: refreshAt(source, now())}
    } catch (error) {
      return {error: error as Error}
    }
  }
  return {
    refresh: async pod => {
      const sources = new Map(tokenSources(pod).map(source => [keyOf(source), source]))
      const due = [...sources.values()].filter(source => {
        const one = held.get(keyOf(source))
        return one === undefined || 'error' in one || one.until <= now()
      })
      await Promise.all(due.map(async source => held.set(keyOf(source), await fetch(pod, source))))
      return due.length > 0
    },
    token: source => {
      const one = held.get(keyOf(source)) ?? {error: new Error('it was not asked for yet')}
      return 'error' in one ? one.error : one.token.token
    },
  }
}

/** The sources of tokens in a pod's volumes. */
export function tokenSources({spec: {volumes = []}}: Pod): readonly TokenSource[] {
  return volumes.flatMap(({projected}) =>
    (projected?.sources ?? []).flatMap(({serviceAccountToken}) => serviceAccountToken ?? []),
  )
}

/* At four fifths of what was asked for, and once a day. */
function refreshAt({expirationSeconds = 3600}: TokenSource, now: number): number {
  return now + Math.min(expirationSeconds * 800, 86_400_000)
}

function keyOf({audience = '', expirationSeconds = 0}: TokenSource): string {
  return `${audience} ${expirationSeconds}`
}
