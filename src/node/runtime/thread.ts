import {Worker} from 'node:worker_threads'

const ownProgram = new URL(`./worker-thread${import.meta.url.slice(-3)}`, import.meta.url)

/**
 * Starts the runtime's worker thread: it loads its program, and touches nothing before `startRuntime` has it begin. Whoever starts it
 * before he loads what he himself needs has the two done side by side.
 */
export function startThread(program: URL = ownProgram): Worker {
  // The thread has descriptors by system calls of its own, which Node would take for strangers.
  return new Worker(program, {trackUnmanagedFds: false})
}
