import type {ConfigMap} from '../../../objects/config-map.ts'
import type {Secret} from '../../../objects/secret.ts'
import type {AgentClient} from '../../client.ts'
import type {Lookup} from '../lookup.ts'
import type {Reference} from './references.ts'

/** The ConfigMaps and Secrets that the pods of a node name, as they are now. */
export type FollowedObjects = {
  readonly lookup: Lookup
  /** Follows what a pod names, until the pod is forgotten; resolves when all of it is known. */
  follow(uid: string, references: readonly Reference[]): Promise<void>
  forget(uid: string): void
}

type Followed = {
  object: ConfigMap | Secret | undefined
  readonly known: Promise<void>
  readonly pods: Set<string>
  readonly end: AbortController
}

/** `changed` hears, by its uid, of every pod that names an object which is another one now. Each object is followed once, whoever names it. */
export function followedObjects(
  client: Pick<AgentClient, 'follow'>,
  {changed, signal}: {readonly changed: (uid: string) => void; readonly signal: AbortSignal},
): FollowedObjects {
  const followed = new Map<string, Followed>()

  const begin = ({kind, namespace, name}: Reference): Followed => {
    const end = new AbortController()
    const {promise: known, resolve, reject} = Promise.withResolvers<void>()
    const entry: Followed = {object: undefined, known, pods: new Set(), end}
    let isFirst = true
    const told = (object: ConfigMap | Secret | undefined) => {
      entry.object = object
      if (!isFirst) for (const uid of entry.pods) changed(uid)
      isFirst = false
    }
    client.follow(kind, {namespace, name}, told, AbortSignal.any([end.signal, signal])).then(resolve, reject)
    return entry
  }

  return {
    lookup: (kind, {namespace, name}) => followed.get(`${kind}/${namespace}/${name}`)?.object,
    follow: async (uid, references) => {
      const entries = references.map(reference => {
        const key = keyOf(reference)
        const entry = followed.get(key) ?? begin(reference)
        followed.set(key, entry)
        entry.pods.add(uid)
        return entry
      })
      await Promise.all(entries.map(({known}) => known))
    },
    forget: uid => {
      for (const [key, {pods, end}] of followed)
        if (pods.delete(uid) && pods.size === 0) {
          end.abort()
          followed.delete(key)
        }
    },
  }
}

function keyOf({kind, namespace, name}: Reference): string {
  return `${kind}/${namespace}/${name}`
}
