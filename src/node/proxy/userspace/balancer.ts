/**
 * How the userspace proxy chooses an endpoint: one after the other, in an order that was drawn when the endpoints last changed. With
 * session affinity a client keeps its endpoint as long as it comes back in time. A state and the steps from it to the next; clock
 * and lots come from outside.
 */
export type Balancer = {
  /** In the order in which they take turns. */
  readonly endpoints: readonly string[]
  /** Whose turn it is. */
  readonly index: number
  /** Session affinity: for how long a client that does not come is remembered. */
  readonly affinityMs?: number
  /** Who was where, by the client's address; who came last is last. */
  readonly sessions: ReadonlyMap<string, Session>
}

export type Session = {readonly endpoint: string; readonly usedAt: number}

export const newBalancer: Balancer = {endpoints: [], index: 0, sessions: new Map()}

/** What a Service asks for now. The same endpoints again change nothing; others begin a new round, in a new order. */
export function withEndpoints(
  balancer: Balancer,
  {endpoints, affinityMs}: {readonly endpoints: readonly string[]; readonly affinityMs?: number | undefined},
  shuffle: (endpoints: readonly string[]) => readonly string[],
): Balancer {
  const isSame = endpoints.toSorted().join() === balancer.endpoints.toSorted().join()
  const isThere = new Set(endpoints)
  const sessions =
    affinityMs === undefined
      ? newBalancer.sessions
      : isSame
        ? balancer.sessions
        : new Map([...balancer.sessions].filter(([, {endpoint}]) => isThere.has(endpoint)))
  return {
    endpoints: isSame ? balancer.endpoints : shuffle(endpoints),
    index: isSame ? balancer.index : 0,
    ...(affinityMs !== undefined && {affinityMs}),
    sessions,
  }
}

/**
 * Who asks. `anew` when the endpoint that it got did not answer: what is remembered of it does not count. Endpoints that the client may not
 * call are passed over.
 */
export type Question = {
  readonly client: string
  readonly now: number
  readonly anew: boolean
  readonly forbidden?: ReadonlySet<string>
}

/** The endpoint for a connection, and the state after it; no endpoint when there is none. */
export function nextEndpoint(
  balancer: Balancer,
  {client, now, anew, forbidden = nothing}: Question,
): {readonly endpoint?: string; readonly balancer: Balancer} {
  const {endpoints, affinityMs, sessions} = balancer
  const known = anew || affinityMs === undefined ? undefined : sessions.get(client)
  const isKept = known && affinityMs !== undefined && now - known.usedAt < affinityMs
  if (isKept && !forbidden.has(known.endpoint))
    return {
      endpoint: known.endpoint,
      balancer: {...balancer, sessions: remembering(sessions, client, {...known, usedAt: now})},
    }
  const at = turnOf(balancer, forbidden)
  const endpoint = at === undefined ? undefined : endpoints[at]
  if (at === undefined || endpoint === undefined) return {balancer}
  return {
    endpoint,
    balancer: {
      ...balancer,
      index: (at + 1) % endpoints.length,
      sessions: affinityMs === undefined ? sessions : remembering(sessions, client, {endpoint, usedAt: now}),
    },
  }
}

const nothing: ReadonlySet<string> = new Set()

/** A client that may call none of the endpoints is remembered as it was before it tried. */
export function asBefore(balancer: Balancer, client: string, session: Session | undefined): Balancer {
  if (balancer.affinityMs === undefined) return balancer
  const sessions = new Map(balancer.sessions)
  sessions.delete(client)
  if (session && balancer.endpoints.includes(session.endpoint)) sessions.set(client, session)
  return {...balancer, sessions}
}

/* Where the next endpoint is that is not forbidden. */
function turnOf({endpoints, index}: Balancer, forbidden: ReadonlySet<string>): number | undefined {
  for (let step = 0; step < endpoints.length; step++) {
    const at = (index + step) % endpoints.length
    if (!forbidden.has(endpoints[at] ?? '')) return at
  }
  return undefined
}

/** More clients of one Service are not remembered at a time; those that have not come for longest are forgotten. */
export const mostSessions = 4096

function remembering(sessions: Balancer['sessions'], client: string, session: Session): Balancer['sessions'] {
  const next = new Map(sessions)
  next.delete(client)
  next.set(client, session)
  for (const oldest of next.keys()) {
    if (next.size <= mostSessions) break
    next.delete(oldest)
  }
  return next
}
