import {connect, type Socket} from 'node:net'

/** How long each try may take; then the next endpoint has its turn. After the last the client is let go. */
export const dialTimeoutsMs = [250, 500, 1000, 2000] as const

/** Calls in the network namespace of a node; a socket that it makes stays there. */
export type Within = <T>(act: () => T) => T

/**
 * A connection to the next endpoint that answers. `choose` names endpoints one after the other, `anew` when the one before did not answer.
 * undefined when there is none, none answered, or this process has no descriptor left: a further try could not have one either.
 */
export async function dialEndpoint(
  within: Within,
  choose: (anew: boolean) => string | undefined,
): Promise<Socket | undefined> {
  let anew = false
  for (const timeoutMs of dialTimeoutsMs) {
    const endpoint = choose(anew)
    if (endpoint === undefined) return undefined
    const outcome = await dial(within, endpoint, timeoutMs)
    if (outcome !== 'no answer') return outcome === 'no room' ? undefined : outcome
    anew = true
  }
  return undefined
}

/*
 * A socket's namespace is that of the thread when it is made. Node makes it later than `connect` is called, unless it has to look a
 * name up first and is told the address at once.
 */
function dial(within: Within, endpoint: string, timeoutMs: number): Promise<Socket | 'no answer' | 'no room'> {
  const [host = '', port = ''] = endpoint.split(':')
  return new Promise(resolve => {
    const socket = within(() =>
      connect({
        ...{host: 'endpoint', port: Number(port), family: 4, noDelay: true, allowHalfOpen: true},
        lookup: (_name, _options, told) => told(null, host, 4),
      }),
    )
    const finish = (outcome: Socket | 'no answer' | 'no room') => {
      clearTimeout(timer)
      socket.removeAllListeners()
      socket.on('error', () => undefined)
      if (outcome !== socket) socket.destroy()
      resolve(outcome)
    }
    const timer = setTimeout(finish, timeoutMs, 'no answer')
    socket.once('connect', () => finish(socket))
    socket.once('error', ({code}: NodeJS.ErrnoException) =>
      finish(code === 'EMFILE' || code === 'ENFILE' ? 'no room' : 'no answer'),
    )
  })
}
