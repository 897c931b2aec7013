import type {Means, User} from '../apiserver/call.ts'
import type {PacketOp} from '../node/packet-plans.ts'
import type {Change, Store} from '../store/store.ts'

/*
 * What has happened in a lab lately, and by whom: every change of the store with its author and its time, and everything that
 * kube-proxy has written into a node. `podlab story` tells it. The store knows neither; writes are synchronous, so that whoever is
 * about to write says who it is, and all that is written meanwhile is its doing.
 */

/** Who has written something: a client of the API, podlab for its user, or a part of the cluster. */
export type Author =
  | {readonly is: 'request'; readonly request: Heard}
  | {readonly is: 'podlab'; readonly doing: string}
  | {readonly is: 'controller'; readonly name: string}
  | {readonly is: 'kubelet'; readonly node: string}
  | {readonly is: 'unknown'}

/** A request that meant to change something, as it came in. */
export type Heard = {
  readonly at: number
  readonly user: User | undefined
  readonly means: Means | undefined
  readonly method: string
  readonly url: string
  /** The program that asked, as it calls itself: `kubectl/v1.32.4 (linux/amd64) kubernetes/...`. */
  readonly agent: string
  readonly contentType: string
  /** What it brought, while it is remembered. */
  body?: Uint8Array
}

/** One change, with its author and its time: milliseconds since 1970, with fractions. */
export type Deed = {readonly at: number; readonly by: Author; readonly change: Change}

/** What kube-proxy wrote into a node's tables; it knew the world up to `revision`. */
export type Programming = {
  readonly at: number
  readonly node: string
  readonly revision: number
  readonly change: PacketOp['change']
}

export type Chronicle = {
  /** Milliseconds since 1970, with fractions. */
  readonly now: () => number
  /** What is written while `act` runs is the author's doing. */
  by<T>(author: Author, act: () => T): T
  /** The same store; its changes are noted. */
  noting(store: Store): Store
  programmed(programming: Omit<Programming, 'at'>): void
  /** Keeps what a request has brought, and forgets what one long ago did. */
  keepBody(request: Heard, body: Uint8Array): void
  readonly deeds: readonly Deed[]
  readonly programmings: readonly Programming[]
}

/** At least so many of each are remembered. */
export type ChronicleLimits = {readonly deeds: number; readonly programmings: number; readonly bodies: number}

const usual: ChronicleLimits = {deeds: 10_000, programmings: 1000, bodies: 500}

/** A larger body is not kept, in bytes. */
const largestBody = 32_768

export function createChronicle(now: () => number, limits: ChronicleLimits = usual): Chronicle {
  const deeds: Deed[] = []
  const programmings: Programming[] = []
  const bodies: Heard[] = []
  let present: Author = {is: 'unknown'}

  function by<T>(author: Author, act: () => T): T {
    const before = present
    present = author
    try {
      return act()
    } finally {
      present = before
    }
  }

  function noted<T>(store: Store, act: () => T): T {
    const {revision} = store
    const result = act()
    if (store.revision === revision) return result
    for (const change of store.changes(revision))
      if (!isHeartbeat(change)) put(deeds, {at: now(), by: present, change}, limits.deeds)
    return result
  }

  return {
    now,
    deeds,
    programmings,
    by,
    noting: store => writing(store, act => noted(store, act)),
    programmed: news => put(programmings, {at: now(), ...news}, limits.programmings),
    keepBody: (request, body) => {
      if (body.length === 0 || body.length > largestBody) return
      request.body = body
      put(bodies, request, limits.bodies).map(forgotten => delete forgotten.body)
    },
  }
}

/* Nodes renew their Leases for ever, and nobody's story is about it. */
function isHeartbeat({object}: Change): boolean {
  return object.kind === 'Lease'
}

/** The same store, whose writes are made within `around`. */
export function writing(store: Store, around: <T>(act: () => T) => T): Store {
  return {
    ...store,
    get revision() {
      return store.revision
    },
    create: object => around(() => store.create(object)),
    update: object => around(() => store.update(object)),
    delete: (kind, key, expected) => around(() => store.delete(kind, key, expected)),
  }
}

/* Half of what is there goes at a time, so that forgetting costs nothing for each; answers what went. */
function put<T>(list: T[], item: T, limit: number): readonly T[] {
  list.push(item)
  return list.length >= 2 * limit ? list.splice(0, list.length - limit) : []
}
