import {isDeepStrictEqual} from 'node:util'
import type {Opened, ProxyCall, ProxyOptions, Verdict} from './protocol.ts'
import type {ProxiedPort, ProxySockets} from './proxied-port.ts'
import {type ProxyThread, type ProxyThreadTools, startProxyThread} from './proxy-thread.ts'

/** The proxy of one node: what it serves follows what it is told. */
export type ServiceProxy = {
  /** Opens what is missing, before rules lead there; what is open already knows its new endpoints then. */
  open(ports: readonly ProxiedPort[], options: ProxyOptions): Promise<ProxySockets>
  /** Closes all but these, once no rule leads there any more. Open connections go on. */
  closeOthers(ports: readonly ProxiedPort[]): Promise<void>
  /** Ends all, open connections too. */
  stop(): Promise<void>
  /**
   * From now on nobody is called without a look at what policies say of it; without a guard nobody is asked. Resolves when the proxy goes by
   * it. Connections that are open stay so.
   */
  guard(guard: Guard | undefined): Promise<void>
}

/** Says whether the proxy may make a call. */
export type Guard = (call: ProxyCall) => Verdict

/** The proxies of all nodes of a process; they share a thread, which is there from when the first is asked for something. */
export type ServiceProxies = {
  /** `died` hears that all that was open is gone; the next `open` opens it anew. */
  of(netns: string, died: (error: Error) => void): ServiceProxy
  close(): Promise<void>
}

export const noSockets: ProxySockets = {ports: new Map(), refused: new Map()}

export function createServiceProxies(
  start: (tools: ProxyThreadTools) => Promise<ProxyThread> = startProxyThread,
): ServiceProxies {
  let starting: Promise<ProxyThread> | undefined
  const hearers = new Set<(error: Error) => void>()
  const guards = new Map<string, Guard>()

  const thread = async () => {
    starting ??= start({
      died: error => {
        starting = undefined
        for (const hear of hearers) hear(error)
      },
      judge: (netns, call) => guards.get(netns)?.(call) ?? 'as the node', // its last policy has just gone
    })
    try {
      return await starting
    } catch (error) {
      starting = undefined
      throw error
    }
  }

  return {
    of: (netns, died) => {
      const proxy = createServiceProxy(netns, thread, guards)
      hearers.add(error => {
        if (proxy.forget()) died(error)
      })
      return proxy
    },
    close: async () => {
      await (await starting)?.close()
      starting = undefined
    },
  }
}

type Known = {readonly port: ProxiedPort; readonly opened: Opened}

function createServiceProxy(
  netns: string,
  thread: () => Promise<ProxyThread>,
  guards: Map<string, Guard>,
): ServiceProxy & {
  /** All is gone; answers whether there was anything. */
  forget(): boolean
} {
  const known = new Map<string, Known>()
  /* As the thread knows it. */
  let isGuarded = false

  const tellOfGuard = async () => {
    const {ask} = await thread()
    const guarded = guards.has(netns)
    if (guarded === isGuarded) return
    isGuarded = guarded
    await ask({ask: 'guard', netns, guarded})
  }

  const isSettled = (port: ProxiedPort) => {
    const {port: before, opened} = known.get(port.name) ?? {}
    return opened?.refused.length === 0 && isDeepStrictEqual(before, port)
  }

  return {
    open: async (ports, options) => {
      const news = ports.filter(port => !isSettled(port))
      if (news.length > 0) {
        await tellOfGuard()
        const opened = await (await thread()).ask({ask: 'open', netns, ports: news, options})
        for (const [at, port] of news.entries()) known.set(port.name, {port, opened: opened[at] ?? unopened(port)})
        await tellOfGuard() // who came while that was done
      }
      return socketsOf(ports.flatMap(({name}) => known.get(name)?.opened ?? []))
    },
    closeOthers: async ports => {
      const wanted = new Set(ports.map(({name}) => name))
      const names = [...known.keys()].filter(name => !wanted.has(name))
      if (names.length === 0) return
      for (const name of names) known.delete(name)
      await (await thread()).ask({ask: 'close', netns, names})
    },
    stop: async () => {
      if (known.size === 0) return
      known.clear()
      isGuarded = false
      await (await thread()).ask({ask: 'stop', netns})
    },
    guard: async guard => {
      if (guard) guards.set(netns, guard)
      else guards.delete(netns)
      if (known.size > 0) await tellOfGuard()
    },
    forget: () => {
      const had = known.size > 0
      known.clear()
      isGuarded = false
      return had
    },
  }
}

function unopened({name}: ProxiedPort): Opened {
  return {name, refused: []}
}

function socketsOf(opened: readonly Opened[]): ProxySockets {
  if (opened.length === 0) return noSockets
  return {
    ports: new Map(opened.flatMap(({name, proxyPort}) => (proxyPort === undefined ? [] : [[name, proxyPort]]))),
    refused: new Map(opened.flatMap(({refused}) => refused)),
  }
}
