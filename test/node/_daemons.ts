import type {Daemon, Daemons} from '../../src/node/daemon.ts'
import {noSockets} from '../../src/node/proxy/userspace/service-proxy.ts'

/** Daemons that do nothing. `calls` tells what was asked, in order; `die` ends the one of a namespace as an accident would. */
export function fakeDaemons() {
  const calls: string[] = []
  const deaths = new Map<string, (error: Error) => void>()
  const peersOf = ({routes}: Daemon) => routes.map(({publicIp}) => publicIp).join(' ')
  const daemons: Daemons = {
    start: async (netns, daemon, died) => {
      calls.push(`start ${daemon.program} in ${netns} for ${peersOf(daemon)}`)
      deaths.set(netns, died)
      return {
        adopt: next => {
          if (next.mtu !== daemon.mtu) return false
          calls.push(`adopt ${peersOf(next)}`)
          return true
        },
        stop: async () => {
          calls.push(`stop ${daemon.program}`)
          deaths.delete(netns)
        },
      }
    },
    proxy: () => ({
      open: async () => noSockets,
      closeOthers: async () => undefined,
      stop: async () => undefined,
      guard: async () => undefined,
    }),
    close: async () => undefined,
  }
  const die = (netns: string, message: string) => deaths.get(netns)?.(new Error(message))
  return {daemons, calls, die}
}
