import {setTimeout} from 'node:timers/promises'

/** The present time as a Kubernetes timestamp: in seconds, UTC. */
export function timestamp(): string {
  return `${new Date().toISOString().slice(0, 19)}Z`
}

/** Resolves after so many milliseconds, or as soon as the signal is aborted. */
export async function after(milliseconds: number, signal: AbortSignal): Promise<void> {
  await setTimeout(milliseconds, undefined, {signal}).catch((error: Error) => {
    if (error.name !== 'AbortError') throw error
  })
}
