import {isDeepStrictEqual} from 'node:util'
import type {Daemons} from './daemon.ts'
import {type ForwarderThread, startForwarderThread} from './overlay/udp/forwarder-thread.ts'
import {createServiceProxies} from './proxy/userspace/service-proxy.ts'

/** Runs the daemons of all nodes of a lab. What they share, a thread, is started when the first needs it, and again when it broke. */
export function createDaemons(startThread: () => Promise<ForwarderThread> = startForwarderThread): Daemons {
  let thread: Promise<ForwarderThread> | undefined
  const proxies = createServiceProxies()
  return {
    start: async (netns, daemon, died) => {
      thread ??= startThread()
      const forget = (error: Error) => {
        thread = undefined
        throw error
      }
      const {start, isBroken} = await thread.catch(forget)
      const running = await start(netns, daemon, error => {
        if (isBroken()) thread = undefined
        died(error)
      })
      let present = daemon
      return {
        adopt: next => {
          if (!isDeepStrictEqual({...next, routes: []}, {...daemon, routes: []})) return false
          if (!isDeepStrictEqual(next.routes, present.routes)) running.setRoutes(next.routes)
          present = next
          return true
        },
        stop: running.stop,
      }
    },
    proxy: proxies.of,
    close: async () => {
      await proxies.close()
      await (await thread)?.close()
      thread = undefined
    },
  }
}
