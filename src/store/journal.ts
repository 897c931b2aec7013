import type {KubeObjectAny} from '../objects/kinds.ts'
import type {Change} from './store.ts'

/** What stands behind a store in memory and outlives it. A change is written here before anybody learns of it. */
export type Journal = {
  /** What the store begins with. */
  readonly begin: Past
  /** Writes a change down; throws, and has then written nothing. */
  write(change: Change): void
  /** These changes, the oldest, are history that nobody can ask for any more; `upTo` is the last one's revision. */
  forget(changes: readonly Change[], upTo: number): void
}

/** A store's contents and history. Everything up to revision `forgotten` is history no more, only contents. */
export type Past = {
  readonly forgotten: number
  readonly objects: readonly KubeObjectAny[]
  readonly changes: readonly Change[]
}
