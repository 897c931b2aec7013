import {type DnsView, type ToldView, toldView} from '../../dns/view.ts'
import {type NamedKind, type NamedObject, type NamesMessage, namesChannel} from './names-channel.ts'

/** What the DNS servers of this thread see of the cluster; they share it. */
export type NamesView = {
  readonly view: DnsView
  /** Resolves once all of it is known. */
  readonly known: Promise<void>
  /** Wants pods, too, from now on: few servers do, and there are many. */
  wantPods(): void
}

let shared: NamesView | undefined

/** The view of this thread, which begins with the first who asks for it. */
export function namesView(): NamesView {
  shared ??= createNamesView()
  return shared
}

function createNamesView(): NamesView {
  const view = toldView()
  const known = Promise.withResolvers<void>()
  const ask = namesChannel(message => {
    hear(view, message)
    if (message.is === 'world') known.resolve()
  })
  let kinds: readonly NamedKind[] = ['Namespace', 'Service', 'EndpointSlice']
  ask({is: 'question', kinds})
  return {
    view,
    known: known.promise,
    wantPods: () => {
      if (kinds.includes('Pod')) return
      kinds = [...kinds, 'Pod']
      ask({is: 'question', kinds})
    },
  }
}

function hear(view: ToldView, message: NamesMessage): void {
  switch (message.is) {
    case 'question':
      return
    case 'world': {
      const present = new Set(message.objects.map(keyOf))
      const known: readonly NamedObject[] = message.kinds.flatMap((kind): readonly NamedObject[] => view.all(kind))
      for (const object of known) if (!present.has(keyOf(object))) view.tell({type: 'DELETED', object})
      for (const object of message.objects) view.tell({type: 'MODIFIED', object})
      view.sync()
      return
    }
    case 'changes':
      for (const change of message.changes) view.tell(change)
  }
}

function keyOf({kind, metadata}: NamedObject): string {
  return `${kind} ${metadata.namespace ?? ''}/${metadata.name}`
}
