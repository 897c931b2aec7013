import type {AgentClient} from '../../src/node/client.ts'
import type {Lookup} from '../../src/node/pods/lookup.ts'
import type {ConfigMap} from '../../src/objects/config-map.ts'
import type {Secret} from '../../src/objects/secret.ts'

type Named = ConfigMap | Secret

/** Finds these objects and no others. */
export function lookupIn(objects: readonly Named[]): Lookup {
  return (kind, {namespace, name}) =>
    objects.find(
      object => object.kind === kind && object.metadata.name === name && object.metadata.namespace === namespace,
    )
}

/** ConfigMaps and Secrets that a node can follow, and that a test can change. */
export function fakeObjects(settled: () => Promise<void>) {
  const objects = new Map<string, Named>()
  const followers = new Set<{readonly key: string; readonly tell: (object: Named | undefined) => void}>()
  const keyOf = (kind: string, {namespace = '', name}: {namespace?: string; name: string}) =>
    `${kind}/${namespace}/${name}`
  const follow: AgentClient['follow'] = async (kind, name, told, signal) => {
    const follower = {key: keyOf(kind, name), tell: told as (object: Named | undefined) => void}
    follower.tell(objects.get(follower.key))
    followers.add(follower)
    signal.addEventListener('abort', () => followers.delete(follower), {once: true})
  }
  return {
    follow,
    /** Makes an object, or changes it, and waits for what follows from it. */
    put: async (object: Named) => {
      const key = keyOf(object.kind, object.metadata)
      objects.set(key, object)
      for (const follower of followers) if (follower.key === key) follower.tell(object)
      await settled()
    },
    /** How many objects are followed. */
    followed: () => followers.size,
  }
}
