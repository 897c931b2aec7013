import {type Answering, answering} from './answering.ts'
import {chainOf} from './chain.ts'
import {CorefileError} from './corefile/corefile-error.ts'
import {type Configuration, type ParseOptions, parseCorefile, type ServerBlock} from './corefile/parse.ts'
import {answerHttp, type HttpAnswer} from './http.ts'
import {clusterNames} from './kubernetes/cluster-names.ts'
import {createLater} from './later.ts'
import {families} from './metrics/families.ts'
import {createMetrics} from './metrics/metrics.ts'
import {observeProgramming} from './metrics/programming.ts'
import type {Client, Handler, HttpNeed, Site} from './plugin.ts'
import type {Exchange} from './upstream.ts'
import type {DnsView} from './view.ts'

/*
 * The cluster's DNS server, without its sockets: bytes in, bytes out. Whoever opens sockets, in a pod's network namespace as a rule, hands it what
 * comes in; `serve.ts` does that for sockets of Node. It reads the cluster from a view, and asks other servers through `exchange`.
 */

export type DnsServerOptions = Omit<ParseOptions, 'file'> & {
  readonly corefile: string
  /** What errors call the Corefile. */
  readonly file?: string
  readonly view: DnsView
  readonly exchange: Exchange
  /** The server's own addresses: by them it finds the Service that leads to it, for the NS record of its zone. */
  readonly ownAddresses?: readonly string[]
  readonly log: (line: string) => void
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Milliseconds of a clock that never jumps. */
  readonly clock?: () => number
  /** From 0 to 1. */
  readonly random?: () => number
  /** The server must end, with this in its log and a code other than 0: it has found out that it talks to itself. */
  readonly fatal?: (message: string) => void
}

export type DnsServer = {
  /** On which ports it wants to be asked, by UDP and TCP. */
  readonly ports: readonly number[]
  readonly http: readonly HttpNeed[]
  /** How often the Corefile is to be looked at, in milliseconds; undefined when it is read once. */
  readonly reloadEvery: number | undefined
  /** How long it goes on answering after it was told to end, in milliseconds. */
  readonly lameduck: number
  /** What to answer to bytes that came to a port; undefined for nothing. */
  answer(bytes: Buffer, client: Client, port: number): Buffer | undefined | Promise<Buffer | undefined>
  /** Answers a request to one of the ports of `http`. */
  request(port: number, path: string): HttpAnswer
  /** Takes another Corefile; keeps the old one and says what is wrong when it cannot. */
  reload(corefile: string): CorefileError | undefined
  close(): void
}

/** Starts a server; throws CorefileError when its Corefile is wrong. */
export function createDnsServer(options: DnsServerOptions): DnsServer {
  const {view, log, now, random = Math.random, clock = () => performance.now(), fatal = () => undefined} = options
  const {ownAddresses = [], readFile = () => undefined} = options
  const metrics = createMetrics()
  metrics.value(families.buildInfo, {version: playedVersion, revision: 'podlab', goversion: 'none'}).count = 1
  const panics = metrics.value(families.panics, {})
  const names = clusterNames(view, {
    now,
    onChange: change => observeProgramming(change, {metrics, names: () => names, now}),
  })

  let serving = false
  const run = (corefile: string): Running => {
    const configuration = parseCorefile(corefile, options)
    const later = createLater()
    const siteOf = ({port, zones}: ServerBlock): Site => {
      const server = `dns://:${port}`
      const ask: Handler = (query, client) => running.at(port).ask(query, client)
      const own = {server, port, zones, ask, later: later.after}
      return {
        ...own,
        metrics,
        names,
        ownAddresses,
        exchange: options.exchange,
        log,
        now,
        clock,
        random,
        readFile,
        fatal,
      }
    }
    metrics.forget(families.pluginEnabled)
    for (const {port, zones, plugins} of configuration.blocks)
      for (const {name, configured} of plugins)
        for (const zone of configured.handler ? zones : [])
          metrics.value(families.pluginEnabled, {server: `dns://:${port}`, zone, view: '', name}).count = 1
    const running: Running = {
      configuration,
      at: port => {
        const found = ports.get(port)
        if (!found) throw new Error(`nothing of the Corefile is served on port ${port}`)
        return found
      },
      ready: () => notReady(configuration, siteOf),
      close: later.close,
    }
    const ports = new Map(
      configuration.ports.map(port => {
        const blocks = configuration.blocks.filter(block => block.port === port)
        const zones = new Map(
          blocks.flatMap(block => {
            const handler = chainOf(block, siteOf(block))
            return block.zones.map(zone => [zone, handler] as const)
          }),
        )
        return [port, answering({zones, server: `dns://:${port}`, names, metrics, panics, log, now})] as const
      }),
    )
    announce(configuration, corefile, {log, synced: view.synced, again: serving})
    serving = true
    return running
  }

  let running = run(options.corefile)
  return {
    get ports() {
      return running.configuration.ports
    },
    get http() {
      return httpNeeds(running.configuration)
    },
    get reloadEvery() {
      return settings(running.configuration).find(({reloadEvery}) => reloadEvery !== undefined)?.reloadEvery
    },
    get lameduck() {
      return Math.max(0, ...settings(running.configuration).map(({lameduck = 0}) => lameduck))
    },
    answer: (bytes, client, port) => running.at(port).answer(bytes, client),
    request: (port, path) =>
      answerHttp(path, {
        needs: httpNeeds(running.configuration).filter(need => need.port === port),
        metrics,
        clock,
        notReady: running.ready(),
      }),
    reload: corefile => {
      log('[INFO] Reloading')
      try {
        const next = run(corefile)
        running.close()
        running = next
        log('[INFO] Reloading complete')
        return undefined
      } catch (error) {
        if (!(error instanceof CorefileError)) throw error
        metrics.value(families.reloadFailed, {}).count += 1
        log(`[ERROR] Restart failed: ${error.message}`)
        log(
          `[ERROR] plugin/reload: Corefile changed but reload failed: starting with listener file descriptors: ${error.message}`,
        )
        return error
      }
    },
    close: () => {
      running.close()
      names.close()
    },
  }
}

/** The CoreDNS whose behaviour this follows. */
const playedVersion = '1.12.1'

type Running = {
  readonly configuration: Configuration
  at(port: number): Answering
  /** The plugins that cannot answer yet. */
  ready(): readonly string[]
  close(): void
}

function settings({blocks}: Configuration) {
  return blocks.flatMap(({plugins}) => plugins.map(({configured}) => configured))
}

function httpNeeds(configuration: Configuration): readonly HttpNeed[] {
  const needs = settings(configuration).flatMap(({http}) => http ?? [])
  return [...new Map(needs.map(need => [`${need.kind} ${need.port}`, need])).values()]
}

function notReady({blocks}: Configuration, siteOf: (block: ServerBlock) => Site): readonly string[] {
  const waiting = blocks.flatMap(block =>
    block.plugins.filter(({configured}) => configured.ready?.(siteOf(block)) === false).map(({name}) => name),
  )
  return [...new Set(waiting)].toSorted()
}

/* What CoreDNS prints when it starts; of a new Corefile it tells the sum alone. */
function announce(
  {blocks}: Configuration,
  corefile: string,
  {log, synced, again}: {readonly log: (line: string) => void; readonly synced: boolean; readonly again: boolean},
): void {
  const has = (name: string) => blocks.some(({plugins}) => plugins.some(plugin => plugin.name === name))
  if (has('kubernetes') && !synced) log('[WARNING] plugin/kubernetes: starting server with unsynced Kubernetes API')
  if (!again) for (const {zones, port} of blocks) for (const zone of zones) log(`${zone}:${port}`)
  if (has('reload')) {
    const {createHash} = process.getBuiltinModule('node:crypto')
    log(`[INFO] plugin/reload: Running configuration SHA512 = ${createHash('sha512').update(corefile).digest('hex')}`)
  }
  if (!again) log(`podlab's DNS, in the ways of CoreDNS-${playedVersion}`)
}
