import type {AgentClient, FollowedKind, Token, TokenRequest} from '../node/client.ts'
import {withForeignConditions} from '../node/pods/readiness-gates.ts'
import {leaseOf, withConditions} from '../node/sign-of-life.ts'
import type {Event} from '../objects/event.ts'
import type {KubeObjectAny, ObjectOf} from '../objects/kinds.ts'
import type {Pod, PodStatus} from '../objects/pod.ts'
import type {ServiceAccount} from '../objects/service-account.ts'
import {deleteObject} from '../store/registry.ts'
import type {Store} from '../store/store.ts'
import {notFound} from '../store/store-error.ts'

/** Makes a token of an account for one of its pods. */
export type IssueToken = (account: ServiceAccount, pod: Pod, wish: TokenRequest) => Promise<Token>

/** The agents' way to the API when both live in one process: the store itself. */
export function storeClient(store: Store, issueToken: IssueToken): AgentClient {
  const present = (pod: Pod): Pod | undefined => {
    const found = store.get('Pod', keyOf(pod))
    return found?.metadata.uid === pod.metadata.uid ? found : undefined
  }
  return {
    list: async kind => ({revision: store.revision, objects: store.list(kind)}),
    changes: async (since, signal) => {
      await store.changed(since, signal)
      const changes = store.changes(since)
      return {revision: changes.at(-1)?.revision ?? since, changes}
    },
    follow: async (kind, name, told, signal) => {
      const first = store.get(kind, name)
      told(first)
      void followOn(store, {kind, name, told, signal, known: first})
    },
    requestToken: async (pod, wish) => {
      const {serviceAccountName: name = 'default'} = pod.spec
      const account = store.get('ServiceAccount', {namespace: pod.metadata.namespace, name})
      if (!account) throw notFound('serviceaccounts', name)
      return issueToken(account, pod, wish)
    },
    updateStatus: async (pod, status: PodStatus) => {
      const found = present(pod)
      if (found) store.update({...found, status: withForeignConditions(status, found.status)})
    },
    record: async events => {
      for (const event of events) if (takes(store, event)) put(store, event)
    },
    confirmDeletion: async pod => {
      const found = present(pod)
      // Its containers are gone; whoever has a finalizer in it still holds it up.
      const now = Date.parse(found?.metadata.deletionTimestamp ?? '') || 0
      if (found) deleteObject(store, found, {now, graceSeconds: 0})
    },
    renewLease: async (node, time) => {
      const lease = leaseOf(node, time)
      const found = store.get('Lease', lease.metadata)
      if (found === undefined && !takes(store, lease))
        throw new Error(`there is no namespace for ${node.metadata.name}'s Lease`)
      if (found === undefined) store.create(lease)
      else store.update({...found, spec: {...found.spec, renewTime: time}})
    },
    reportConditions: async ({metadata: {name}}, conditions) => {
      const found = store.get('Node', {name})
      if (found) store.update(withConditions(found, conditions))
    },
  }
}

function takes(store: Store, {metadata: {namespace = ''}}: KubeObjectAny): boolean {
  const found = store.get('Namespace', {name: namespace})
  return found !== undefined && found.metadata.deletionTimestamp === undefined
}

function put(store: Store, event: Event): void {
  const found = store.get('Event', event.metadata)
  if (found) store.update({...event, metadata: found.metadata})
  else store.create(event)
}

type Followed<K extends FollowedKind> = {
  readonly kind: K
  readonly name: {readonly namespace: string; readonly name: string}
  readonly told: (object: ObjectOf<K> | undefined) => void
  readonly signal: AbortSignal
  readonly known: ObjectOf<K> | undefined
}

/* Objects in the store are never changed, so that another object is another state. */
async function followOn<K extends FollowedKind>(
  store: Store,
  {kind, name, told, signal, known}: Followed<K>,
): Promise<void> {
  let [last, since] = [known, store.revision]
  while (!signal.aborted) {
    try {
      since = await store.changed(since, signal)
    } catch {
      return // only the signal ends the wait
    }
    const present = store.get(kind, name)
    if (present === last) continue
    last = present
    told(present)
  }
}

function keyOf({metadata: {namespace, name}}: Pod): {namespace?: string; name: string} {
  return {name, ...(namespace !== undefined && {namespace})}
}
