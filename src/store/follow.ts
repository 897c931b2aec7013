import {type KindName, type KubeObjectAny, kinds} from '../objects/kinds.ts'
import type {Change, Store} from './store.ts'
import {StoreError} from './store-error.ts'
import {LiveView, type View} from './view.ts'

/** A view of a store that is brought up to date when asked to. */
export type Followed = {
  readonly view: View
  /** Up to which change the view has read. */
  readonly revision: number
  /** Brings the view up to date and says what has changed since the last time. */
  catchUp(): readonly Change[]
}

export function follow(store: Store): Followed {
  const view = new LiveView()
  let revision = -1
  return {
    view,
    get revision() {
      return revision
    },
    catchUp: () => {
      const changes = changesSince(store, view, revision)
      for (const change of changes) view.tell(change)
      revision = store.revision
      return changes
    },
  }
}

/** From the history; at first, and when the history does not reach back far enough, from comparing everything. */
function changesSince(store: Store, view: View, revision: number): readonly Change[] {
  if (revision < 0) return differences(store, view)
  try {
    return store.changes(revision)
  } catch (error) {
    if (error instanceof StoreError && error.code === 'compacted') return differences(store, view)
    throw error
  }
}

function differences(store: Store, view: View): Change[] {
  const {revision} = store
  return (Object.keys(kinds) as KindName[]).flatMap(kind => {
    const now: readonly KubeObjectAny[] = store.list(kind)
    const gone: readonly KubeObjectAny[] = view
      .all(kind)
      .filter(({metadata}) => store.get(kind, metadata) === undefined)
    return [
      ...gone.map((object): Change => ({type: 'DELETED', revision, object, before: object})),
      ...now.flatMap((object): Change[] => {
        const before: KubeObjectAny | undefined = view.get(kind, object.metadata)
        if (before === undefined) return [{type: 'ADDED', revision, object}]
        return before === object ? [] : [{type: 'MODIFIED', revision, object, before}]
      }),
    ]
  })
}
