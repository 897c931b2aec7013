import {createServer, type Server, type Socket} from 'node:net'
import type {Logger} from 'pino'
import type {ApiAccess} from '../api-access.ts'
import type {Cluster} from './cluster.ts'

/**
 * The API server's place in the daemon. It listens from the first moment, on the host's socket and, once the underlay stands, inside the
 * cluster; the server itself is loaded when the first client comes, so that no lab waits for it. A client that is early waits for the cluster.
 */
export function serveApi(
  cluster: Promise<Cluster>,
  {descriptor, certificates, log}: {descriptor: number; certificates: ApiAccess['certificates']; log: Logger},
): void {
  let server: Promise<{emit(event: 'connection', socket: Socket): boolean}> | undefined
  const take = (socket: Socket) => {
    socket.on('error', () => undefined)
    server ??= load(cluster, certificates)
    server.then(
      loaded => loaded.emit('connection', socket),
      error => {
        log.error({err: error}, 'the API server could not be started')
        socket.destroy()
      },
    )
  }
  const listen = (options: Parameters<Server['listen']>[0]) => {
    const door = createServer(take)
    door.on('error', error => log.error({err: error}, 'the API server cannot listen'))
    door.listen(options)
  }
  listen({fd: descriptor})
  cluster.then(({apiServer: {ip, port}}) => listen({host: ip, port})).catch(() => undefined)
}

async function load(starting: Promise<Cluster>, certificates: ApiAccess['certificates']) {
  const loading = [import('../../apiserver/server.ts'), import('./containers.ts')] as const
  const [cluster, {createApiServer}, {containersOf}] = await Promise.all([starting, ...loading])
  const {store, registry} = cluster
  return createApiServer({store, registry, now: Date.now, containers: containersOf(cluster)}, certificates)
}
