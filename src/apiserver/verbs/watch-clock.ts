/** How long a watch lives, and what wakes it while nothing changes. */
export type WatchClock = {
  readonly ended: boolean
  /** Aborted when the watch has ended, and when it is time for a bookmark. */
  readonly wake: AbortSignal
  /** Whether it is time for a bookmark; asking takes note that it is being told. */
  bookmarkDue(): boolean
  /** Lets go of timers and listeners. */
  stop(): void
}

/** A clock that ends with the signal or after its time; without `bookmarkMs` it wakes for nothing else. */
export function watchClock({
  signal,
  forMs,
  bookmarkMs,
}: {
  signal: AbortSignal
  forMs: number
  bookmarkMs?: number
}): WatchClock {
  let ended = signal.aborted
  let due = false
  let wake = new AbortController()
  const end = () => {
    ended = true
    wake.abort()
  }
  const life = setTimeout(end, forMs)
  const bookmarks =
    bookmarkMs &&
    setInterval(() => {
      due = true
      wake.abort()
    }, bookmarkMs)
  signal.addEventListener('abort', end, {once: true})
  return {
    get ended() {
      return ended
    },
    get wake() {
      return wake.signal
    },
    bookmarkDue: () => {
      if (!due || ended) return false
      due = false
      wake = new AbortController()
      return true
    },
    stop: () => {
      clearTimeout(life)
      if (bookmarks) clearInterval(bookmarks)
      signal.removeEventListener('abort', end)
    },
  }
}
