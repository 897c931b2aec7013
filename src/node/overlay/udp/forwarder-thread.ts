import {closeSync, writeSync} from 'node:fs'
import {Worker} from 'node:worker_threads'
import type {Order, Report} from './protocol.ts'
import type {UdpForwarder, UdpRoute} from './udp-forwarder.ts'

/** A thread in which nodes' packets are forwarded: flannel's daemons of the udp backend. */
export type ForwarderThread = {
  /** Resolves when the daemon works; `died` hears if it ends by itself, with its device or with the thread. */
  start(netns: string, forwarder: UdpForwarder, died: (error: Error) => void): Promise<RunningForwarder>
  /** Whether the thread has ended. */
  isBroken(): boolean
  /** Ends the thread and all in it. */
  close(): Promise<void>
}

export type RunningForwarder = {
  setRoutes(routes: readonly UdpRoute[]): void
  stop(): Promise<void>
}

type Daemon = {
  works: boolean
  readonly died: (error: Error) => void
  readonly answered: PromiseWithResolvers<void>
  stopped?: PromiseWithResolvers<void>
  descriptors: readonly number[]
}

/**
 * Starts the thread. It waits in a system call, in which nobody can reach it: neither would `terminate` end it, nor could the process
 * exit while it sleeps. So it is woken by its eventfd, also when the process is about to exit. The eventfd is closed here, once the
 * thread has gone: it may end on an order that was posted, and be woken for it a moment later.
 */
export async function startForwarderThread(program: URL = workerProgram): Promise<ForwarderThread> {
  const worker = new Worker(program, {trackUnmanagedFds: false})
  const daemons = new Map<number, Daemon>()
  const {promise: ready, resolve, reject} = Promise.withResolvers<number>()
  let numbers = 0
  let end: Error | undefined
  let wake: number | undefined

  const order = (message: Order) => {
    if (end || wake === undefined) return
    worker.postMessage(message)
    writeSync(wake, one)
  }
  const endAtExit = () => order({type: 'end'})

  const hear = (report: Report) => {
    if (report.type === 'ready') return resolve(report.wake)
    const daemon = daemons.get(report.number)
    if (daemon === undefined) return
    switch (report.type) {
      case 'started':
        daemon.works = true
        daemon.descriptors = report.descriptors
        return daemon.answered.resolve()
      case 'refused':
        daemons.delete(report.number)
        return daemon.answered.reject(new Error(report.message))
      case 'stopped':
        daemons.delete(report.number)
        return daemon.stopped?.resolve()
      case 'died':
        daemons.delete(report.number)
        daemon.stopped?.resolve()
        return daemon.died(new Error(report.message))
    }
  }

  const finish = (error: Error) => {
    if (end) return
    end = error
    process.off('exit', endAtExit)
    if (wake !== undefined) closeSync(wake)
    reject(error)
    for (const daemon of daemons.values()) abandon(daemon, error)
    daemons.clear()
  }

  worker.on('message', hear)
  worker.once('error', cause => finish(new Error(`the thread that forwards packets broke: ${cause.stack}`, {cause})))
  worker.once('exit', code => finish(new Error(`the thread that forwards packets ended with code ${code}`)))
  wake = await ready
  process.once('exit', endAtExit)

  return {
    start: async (netns, forwarder, died) => {
      if (end) throw end
      const number = numbers++
      const daemon: Daemon = {works: false, died, answered: Promise.withResolvers(), descriptors: []}
      daemons.set(number, daemon)
      order({type: 'start', number, netns, forwarder})
      await daemon.answered.promise
      return {
        setRoutes: routes => order({type: 'routes', number, routes}),
        stop: async () => {
          if (end || !daemons.has(number)) return
          daemon.stopped = Promise.withResolvers()
          order({type: 'stop', number})
          await daemon.stopped.promise
        },
      }
    },
    isBroken: () => end !== undefined,
    close: async () => {
      if (end) return
      const gone = new Promise(done => worker.once('exit', done))
      order({type: 'end'})
      for (const daemon of daemons.values())
        daemon.answered.reject(new Error('the thread that forwards packets is closed'))
      daemons.clear()
      await gone
    },
  }
}

/* The thread is gone; what it has left open is closed, so that the next can take its place. */
function abandon({works, answered, stopped, descriptors, died}: Daemon, error: Error): void {
  for (const fd of descriptors) closeSync(fd)
  answered.reject(error)
  if (stopped) stopped.resolve()
  else if (works) died(error)
}

/** What an eventfd takes: a number of 8 bytes to count up by. */
const one = new Uint8Array(new BigUint64Array([1n]).buffer)

const workerProgram = new URL(`./worker${import.meta.url.slice(-3)}`, import.meta.url)
