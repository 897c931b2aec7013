import type {Change} from './store.ts'
import {compacted, future} from './store-error.ts'

type Forget = (changes: readonly Change[], upTo: number) => void

/** What is remembered at first, after everything up to `forgotten`; `forget` hears of changes that are remembered no more. */
type Beginning = {
  readonly forgotten: number
  readonly changes: readonly Change[]
  readonly limit: number
  readonly forget: Forget | undefined
}

/** The latest changes, in order. Older ones are forgotten; whoever asks for them is told so. */
export class History {
  /** The number of the last change. */
  revision: number
  #changes: Change[]
  /** Everything up to here is forgotten. */
  #forgotten: number
  readonly #limit: number
  readonly #tellForgotten: Forget | undefined
  readonly #waiting = new Set<() => void>()

  constructor({forgotten, changes, limit, forget}: Beginning) {
    this.revision = changes.at(-1)?.revision ?? forgotten
    this.#changes = [...changes]
    this.#forgotten = forgotten
    this.#limit = limit
    this.#tellForgotten = forget
  }

  add(change: Change): void {
    this.revision = change.revision
    this.#changes.push(change)
    if (this.#changes.length >= 2 * this.#limit) this.#forget()
    const woken = [...this.#waiting]
    this.#waiting.clear()
    for (const wake of woken) wake()
  }

  since(revision: number): readonly Change[] {
    if (revision > this.revision) throw future(revision, this.revision)
    if (revision < this.#forgotten) throw compacted(revision, this.#forgotten)
    return this.#changes.slice(revision - this.#forgotten)
  }

  changed(since: number, signal: AbortSignal): Promise<number> {
    if (signal.aborted) return Promise.reject(signal.reason)
    if (this.revision > since) return Promise.resolve(this.revision)
    return new Promise((resolve, reject) => {
      const wake = () => {
        signal.removeEventListener('abort', abort)
        resolve(this.changed(since, signal))
      }
      const abort = () => {
        this.#waiting.delete(wake)
        reject(signal.reason)
      }
      this.#waiting.add(wake)
      signal.addEventListener('abort', abort, {once: true})
    })
  }

  /** Half at a time, so that forgetting costs nothing for each change. Every change has a revision of its own. */
  #forget(): void {
    const count = this.#changes.length - this.#limit
    this.#forgotten += count
    this.#tellForgotten?.(this.#changes.slice(0, count), this.#forgotten)
    this.#changes = this.#changes.slice(-this.#limit)
  }
}
