import {ApiRefusal} from './connection.ts'

export type After = (milliseconds: number, signal: AbortSignal) => Promise<void>

/** How long a server that is gone is left alone, in ms: at first, and at most; twice as long each time. */
const patience = {first: 250, most: 30_000}

/** Waits, longer each time, and never as long as the others who wait. */
export type Backoff = {wait(): Promise<void>; reset(): void}

export function backoff(after: After, signal: AbortSignal): Backoff {
  let next = patience.first
  return {
    wait: async () => {
      const now = next
      next = Math.min(2 * next, patience.most)
      await after(now * (0.75 + Math.random() / 2), signal)
    },
    reset: () => {
      next = patience.first
    },
  }
}

/** Whether asking again may help: the server is gone, broken or busy. A refusal stays one. */
export function mayPass(error: unknown): boolean {
  return !(error instanceof ApiRefusal) || error.status >= 500 || error.status === 429
}

/** Does what can only fail for a while until it is done; rejects with a refusal, or with the signal's reason. */
export async function persist<T>(
  act: () => Promise<T>,
  {after, signal}: {after: After; signal: AbortSignal},
): Promise<T> {
  const pause = backoff(after, signal)
  while (true) {
    signal.throwIfAborted()
    try {
      return await act()
    } catch (error) {
      if (signal.aborted || !mayPass(error)) throw error
    }
    await pause.wait()
  }
}
