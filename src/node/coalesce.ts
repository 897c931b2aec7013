/** A piece of work that is done again whenever it is called for, never twice at the same time. */
export type Coalesced = {
  /** Calls for the work; calls that come while it is being done are answered together by doing it once more. */
  trigger(): void
  /** Resolves when no work is being done or called for. */
  idle(): Promise<void>
  /** Why the work failed when it was last done; undefined when it did not. */
  trouble(): string | undefined
}

/** Makes such a piece of work; `failed` hears of an error, and the next call tries again. */
export function coalesce(work: () => Promise<void>, failed: (error: unknown) => void): Coalesced {
  let wanted = false
  let running: Promise<void> | undefined
  let trouble: string | undefined

  const loop = async () => {
    while (wanted) {
      wanted = false
      try {
        await work()
        trouble = undefined
      } catch (error) {
        trouble = error instanceof Error ? error.message : String(error)
        failed(error)
      }
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
    trouble: () => trouble,
  }
}
