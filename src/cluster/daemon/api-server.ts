import {createServer, type Server, type Socket} from 'node:net'
import type {Logger} from 'pino'
import type {ApiAccess} from '../api-access.ts'
import type {Cluster} from './cluster.ts'
import {everyAgent} from './inside.ts'

/** Takes the connections that others have accepted. */
type Taker = {emit(event: 'connection', socket: Socket): boolean}

type Servers = {readonly secure: Taker; readonly insecure: Taker}

/* The descriptors of the sockets on the host: with TLS, and without. */
const descriptors = {secure: 5, insecure: 6} as const

/**
 * The API server's place in the daemon. It listens from the first moment, on the host's socket and, once the underlay stands, inside the
 * cluster; the server itself is loaded when the first client comes, so that no lab waits for it. A client that is early waits for the cluster.
 */
export function serveApi(cluster: Promise<Cluster>, {access, log}: {access: ApiAccess; log: Logger}): void {
  let servers: Promise<Servers> | undefined
  const take = (which: keyof Servers) => (socket: Socket) => {
    socket.on('error', () => undefined)
    servers ??= load(cluster, access)
    servers.then(
      loaded => loaded[which].emit('connection', socket),
      error => {
        log.error({err: error}, 'the API server could not be started')
        socket.destroy()
      },
    )
  }
  const listen = (which: keyof Servers, options: Parameters<Server['listen']>[0]) => {
    const door = createServer({keepAlive: true}, take(which))
    door.on('error', error => log.error({err: error}, 'the API server cannot listen'))
    door.listen(options)
  }
  listen('secure', {fd: descriptors.secure})
  if (access.insecure) listen('insecure', {fd: descriptors.insecure})
  cluster.then(({apiServer: {ip, port}}) => listen('secure', {host: ip, port})).catch(() => undefined)
}

async function load(starting: Promise<Cluster>, {certificates, authorityKey}: ApiAccess): Promise<Servers> {
  const [
    cluster,
    {createApiServer, createInsecureServer},
    {serviceAccountTokens},
    {containersOf},
    {hearing},
    {usageOf},
    {treeUse},
  ] = await Promise.all([
    starting,
    import('../../apiserver/server.ts'),
    import('../../apiserver/tokens.ts'),
    import('./containers.ts'),
    import('./hearing.ts'),
    import('./usage.ts'),
    import('../../kernel/process-use.ts'),
  ])
  const {store, registry} = cluster
  const tokens = serviceAccountTokens({store, key: authorityKey, now: Date.now})
  const usage = usageOf({agents: cluster.agents, measure: treeUse, now: () => performance.now() * 1e6})
  const api = {
    store,
    registry,
    now: Date.now,
    tokens,
    watchers: new Map(),
    containers: containersOf({...cluster, agents: () => everyAgent(cluster)}),
    usage,
  }
  const heard = {...api, hear: hearing(cluster.chronicle, api)}
  return {secure: createApiServer(heard, certificates), insecure: createInsecureServer(heard)}
}
