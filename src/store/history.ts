import type {Change} from './store.ts'
import {compacted, future} from './store-error.ts'

/** The latest changes, in order. Older ones are forgotten; whoever asks for them is told so. */
export class History {
  /** The number of the last change. */
  revision: number
  #changes: Change[] = []
  /** Everything up to here is forgotten. */
  #forgotten: number
  readonly #limit: number
  readonly #waiting = new Set<() => void>()

  constructor(revision: number, limit: number) {
    this.revision = revision
    this.#forgotten = revision
    this.#limit = limit
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
    this.#forgotten += this.#changes.length - this.#limit
    this.#changes = this.#changes.slice(-this.#limit)
  }
}
