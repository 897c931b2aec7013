import type {ObjectOf} from '../objects/kinds.ts'

/** The kinds that names are made of. */
export const dnsKinds = ['Namespace', 'Service', 'EndpointSlice', 'Pod'] as const

export type DnsKind = (typeof dnsKinds)[number]

export type DnsObject = ObjectOf<DnsKind>

export type DnsChange = {readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: DnsObject}

/** What a DNS server sees of a cluster. */
export type DnsView = {
  /** Whether everything there is has been told once: before that, a name that is not there gets no verdict. */
  readonly synced: boolean
  all<K extends DnsKind>(kind: K): readonly ObjectOf<K>[]
  /** Tells every change from now on; what it returns ends that. */
  subscribe(listener: (change: DnsChange) => void): () => void
}

export type ToldView = DnsView & {
  /** Changes of other kinds are nothing to it. */
  tell(change: {readonly type: DnsChange['type']; readonly object: {readonly kind: string}}): void
  /** Says that everything there is has been told. */
  sync(): void
}

/** A view for one who is told of changes, by the store or by a watch of the API, and passes them on. */
export function toldView(): ToldView {
  const shelves = new Map<string, Map<string, DnsObject>>(dnsKinds.map(kind => [kind, new Map()]))
  const listeners = new Set<(change: DnsChange) => void>()
  let synced = false
  return {
    get synced() {
      return synced
    },
    all: <K extends DnsKind>(kind: K) => [...(shelves.get(kind)?.values() ?? [])] as unknown as readonly ObjectOf<K>[],
    subscribe: listener => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    tell: ({type, object}) => {
      const shelf = shelves.get(object.kind)
      if (!shelf) return
      const told = object as DnsObject
      const path = `${told.metadata.namespace ?? ''}/${told.metadata.name}`
      if (type === 'DELETED') shelf.delete(path)
      else shelf.set(path, told)
      for (const listener of listeners) listener({type, object: told})
    },
    sync: () => {
      synced = true
    },
  }
}
