/** A piece of work that is done again whenever it is called for, never twice at the same time. */
export type Coalesced = {
  /** Calls for the work; calls that come while it is being done are answered together by doing it once more. */
  trigger(): void
  /** Resolves when no work is being done or called for. */
  idle(): Promise<void>
}

/** Makes such a piece of work; `failed` hears of an error, and the next call tries again. */
export function coalesce(work: () => Promise<void>, failed: (error: unknown) => void): Coalesced {
  let wanted = false
  let running: Promise<void> | undefined

  const loop = async () => {
    while (wanted) {
      wanted = false
      await work().catch(failed)
    }
    running = undefined
  }

  return {
    trigger: () => {
      wanted = true
      running ??= Promise.resolve().then(loop)
    },
    idle: async () => {
      while (running) await running
    },
  }
}
