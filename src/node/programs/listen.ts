import type {Server} from 'node:http'
import type {PlayedServer} from './program.ts'

/** Lets a server listen at once, on the thread's present network namespace: `listen` with a port alone makes its socket before it returns. */
export function httpSocket(server: Server, port: number): PlayedServer {
  let failure: Error | undefined
  server.on('error', error => {
    failure = error
  })
  server.listen(port)
  const socket = descriptorOf(server)
  if (socket === undefined) throw failure ?? new Error(`cannot listen on port ${port}: the port is taken in this pod`)
  return {
    sockets: [socket],
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** The descriptor of a server that listens. Node has no public name for it; `_handle.fd` is what its own child_process passes on. */
export function descriptorOf(server: object): number | undefined {
  const handle: unknown = Reflect.get(server, '_handle')
  const fd: unknown = typeof handle === 'object' && handle !== null ? Reflect.get(handle, 'fd') : undefined
  return typeof fd === 'number' && fd >= 0 ? fd : undefined
}
