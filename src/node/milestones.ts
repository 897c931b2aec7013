/** A number that only grows, and those who wait for it to have grown so far. */
export type Milestones = {
  reach(number: number): void
  /** Resolves once `number` is reached; rejects with the signal's reason. */
  reached(number: number, signal: AbortSignal): Promise<void>
}

export function milestones(): Milestones {
  let present = 0
  const waiting = new Set<{readonly number: number; readonly resolve: () => void}>()
  return {
    reach: number => {
      present = Math.max(present, number)
      for (const waiter of waiting) if (waiter.number <= present) waiter.resolve()
    },
    reached: (number, signal) => {
      if (number <= present) return Promise.resolve()
      return new Promise((resolve, reject) => {
        const leave = () => {
          waiting.delete(waiter)
          reject(signal.reason)
        }
        const waiter = {
          number,
          resolve: () => {
            waiting.delete(waiter)
            signal.removeEventListener('abort', leave)
            resolve()
          },
        }
        if (signal.aborted) return leave()
        waiting.add(waiter)
        signal.addEventListener('abort', leave, {once: true})
      })
    },
  }
}
