import {isDeepStrictEqual} from 'node:util'
import type {Opened, ProxyOptions} from './protocol.ts'
import type {ProxiedPort, ProxySockets} from './proxied-port.ts'
import {type ProxyThread, startProxyThread} from './proxy-thread.ts'

/** The proxy of one node: what it serves follows what it is told. */
export type ServiceProxy = {
  /** Opens what is missing, before rules lead there; what is open already knows its new endpoints then. */
  open(ports: readonly ProxiedPort[], options: ProxyOptions): Promise<ProxySockets>
  /** Closes all but these, once no rule leads there any more. Open connections go on. */
  closeOthers(ports: readonly ProxiedPort[]): Promise<void>
  /** Ends all, open connections too. */
  stop(): Promise<void>
}

/** The proxies of all nodes of a process; they share a thread, which is there from when the first is asked for something. */
export type ServiceProxies = {
  /** `died` hears that all that was open is gone; the next `open` opens it anew. */
  of(netns: string, died: (error: Error) => void): ServiceProxy
  close(): Promise<void>
}

export const noSockets: ProxySockets = {ports: new Map(), refused: new Map()}

export function createServiceProxies(
  start: (died: (error: Error) => void) => Promise<ProxyThread> = startProxyThread,
): ServiceProxies {
  let starting: Promise<ProxyThread> | undefined
  const hearers = new Set<(error: Error) => void>()

  const thread = async () => {
    starting ??= start(error => {
      starting = undefined
      for (const hear of hearers) hear(error)
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
      const proxy = createServiceProxy(netns, thread)
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
): ServiceProxy & {
  /** All is gone; answers whether there was anything. */
  forget(): boolean
} {
  const known = new Map<string, Known>()

  const isSettled = (port: ProxiedPort) => {
    const {port: before, opened} = known.get(port.name) ?? {}
    return opened?.refused.length === 0 && isDeepStrictEqual(before, port)
  }

  return {
    open: async (ports, options) => {
      const news = ports.filter(port => !isSettled(port))
      if (news.length > 0) {
        const opened = await (await thread()).ask({ask: 'open', netns, ports: news, options})
        for (const [at, port] of news.entries()) known.set(port.name, {port, opened: opened[at] ?? unopened(port)})
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
      await (await thread()).ask({ask: 'stop', netns})
    },
    forget: () => {
      const had = known.size > 0
      known.clear()
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
