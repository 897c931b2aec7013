/** Does things after a while, and none of them once it is closed. Nobody's life hangs on it. */
export function createLater(): {
  after: (milliseconds: number, what: () => void) => void
  close: () => void
} {
  const timers = new Set<NodeJS.Timeout>()
  let closed = false
  return {
    after: (milliseconds, what) => {
      if (closed) return
      const timer = setTimeout(() => {
        timers.delete(timer)
        what()
      }, milliseconds)
      timer.unref()
      timers.add(timer)
    },
    close: () => {
      closed = true
      for (const timer of timers) clearTimeout(timer)
      timers.clear()
    },
  }
}
