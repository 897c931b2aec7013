import {families} from '../metrics/families.ts'
import {bare, type Client, type Handler, type Plugin, type Reply, type Site} from '../plugin.ts'
import type {Upstream} from '../upstream.ts'
import type {Query} from '../wire/accept.ts'
import {rcodeName, rcodes} from '../wire/codes.ts'
import {isWithin} from '../wire/name.ts'
import {queryFor} from '../wire/query.ts'
import {readMessage} from '../wire/read-message.ts'
import type {Message} from '../wire/record.ts'
import {WireError} from '../wire/wire-error.ts'
import {writeMessage} from '../wire/write-message.ts'
import {type ForwardConfig, readForward} from './forward-config.ts'

/** `forward FROM TO... { except, policy, max_concurrent, max_fails, health_check, expire, force_tcp, prefer_udp }`: asks other servers. */
export const forward: Plugin = {
  name: 'forward',
  read: given => {
    const configs = given.lines.map(line => readForward(given, line))
    return {
      handler: site => next =>
        configs.reduceRight<Handler>((after, config) => forwardHandler(site, config, after), next),
    }
  },
}

/** Another server, and how often it has not answered since it answered last. */
type Proxy = {readonly upstream: Upstream; fails: number; probing: boolean}

function forwardHandler(site: Site, config: ForwardConfig, next: Handler): Handler {
  const proxies = config.to.map((upstream): Proxy => ({upstream, fails: 0, probing: false}))
  const rejects = site.metrics.value(families.concurrentRejects, {})
  const order = inOrder(config.policy, proxies, site.random)
  let concurrent = 0
  return (query, client) => {
    const name = query.question.name.toLowerCase()
    const excepted = name !== config.from && config.except.some(zone => isWithin(name, zone))
    if (!isWithin(name, config.from) || excepted) return next(query, client)
    if (config.maxConcurrent > 0 && concurrent >= config.maxConcurrent) {
      rejects.count += 1
      return bare(rcodes.REFUSED, 'forward', `concurrent queries exceeded maximum ${config.maxConcurrent}`)
    }
    concurrent += 1
    return resolve(site, config, {proxies: order(), query, client}).finally(() => {
      concurrent -= 1
    })
  }
}

type Resolving = {readonly proxies: readonly Proxy[]; readonly query: Query; readonly client: Client}

/* One after the other until one answers, as long as there is time: nobody waits for a silent server for ever. */
async function resolve(site: Site, config: ForwardConfig, {proxies, query, client}: Resolving): Promise<Reply> {
  const deadline = site.clock() + patience
  let error = 'no healthy proxies'
  let skipped = 0
  for (let turn = 0; site.clock() < deadline; turn++) {
    if (turn % proxies.length === 0) skipped = 0
    const proxy = chosen(site, config, proxies, turn, skipped)
    if (proxy === 'down') {
      skipped += 1
      continue
    }
    if (proxy === undefined) break
    const {protocol} = client
    const said = await exchange(site, proxy, {
      query,
      protocol: config.protocol ?? protocol,
      retry: config.protocol === 'udp',
    })
    if ('failure' in said) {
      error = said.failure
      if (config.maxFails > 0) probe(site, config, proxy)
      continue
    }
    return replyOf(said.message, query)
  }
  return bare(rcodes.SERVFAIL, 'forward', error)
}

/* In milliseconds: for everything, and for one server. */
const patience = 5000
const timeout = 2000

/* The server whose turn it is, unless it is known to be down; when all are, any of them, since the fault may be elsewhere. */
function chosen(
  site: Site,
  config: ForwardConfig,
  proxies: readonly Proxy[],
  turn: number,
  skipped: number,
): Proxy | 'down' | undefined {
  const proxy = proxies[turn % proxies.length]
  if (!proxy || config.maxFails === 0 || proxy.fails <= config.maxFails) return proxy
  if (skipped + 1 < proxies.length) return 'down'
  site.metrics.value(families.healthcheckBroken, {}).count += 1
  return config.failFast ? undefined : proxies[Math.floor(site.random() * proxies.length)]
}

type Asked = {readonly query: Query; readonly protocol: 'udp' | 'tcp'; readonly retry: boolean}

async function exchange(
  site: Site,
  {upstream}: Proxy,
  {query, protocol, retry}: Asked,
): Promise<{readonly message: Message} | {readonly failure: string}> {
  const started = site.clock()
  const id = Math.floor(site.random() * 65_536)
  try {
    const bytes = await site.exchange({bytes: writeMessage({...query, id}), to: upstream, protocol, timeout})
    const message = readMessage(bytes)
    if (message.truncated && retry && protocol === 'udp')
      return exchange(site, {upstream, fails: 0, probing: false}, {query, protocol: 'tcp', retry})
    const to = `${upstream.address}:${upstream.port}`
    const labels = {proxy_name: 'forward', to, rcode: rcodeName(message.rcode)}
    site.metrics.histogram(families.proxyDuration, labels).observe((site.clock() - started) / 1000)
    return {message}
  } catch (error) {
    if (error instanceof WireError) return {failure: `${upstream.address}:${upstream.port}: ${error.message}`}
    if (error instanceof Error) return {failure: error.message}
    throw error
  }
}

/* What answers another question is no answer. */
function replyOf(message: Message, {question}: Query): Reply {
  const {name = '', type} = message.question ?? {}
  const matches = message.response && type === question.type && name.toLowerCase() === question.name.toLowerCase()
  if (!matches) {
    const {bare: _, ...written} = bare(rcodes.FORMERR, 'forward')
    return written
  }
  const {rcode, answers, authorities, additionals, authoritative, truncated, recursionAvailable, authenticated} =
    message
  const said = {rcode, answers, authorities, additionals, authoritative, truncated, recursionAvailable, authenticated}
  return {...said, by: 'forward'}
}

/* Asks a server that failed every half second, until it says anything at all. */
function probe(site: Site, config: ForwardConfig, proxy: Proxy): void {
  if (proxy.probing) return
  proxy.probing = true
  const {address, port} = proxy.upstream
  const failures = site.metrics.value(families.healthcheckFailures, {proxy_name: 'forward', to: `${address}:${port}`})
  const once = async (): Promise<void> => {
    const said = await exchange(site, proxy, {query: probeQuery, protocol: config.protocol ?? 'udp', retry: false})
    if ('message' in said) {
      proxy.fails = 0
      proxy.probing = false
      return
    }
    proxy.fails += 1
    failures.count += 1
    site.later(config.healthInterval, () => void once())
  }
  void once()
}

const probeQuery = queryFor({name: '.', type: 2, class: 1})

/* The servers in the order in which they are tried this time. */
function inOrder(
  policy: ForwardConfig['policy'],
  proxies: readonly Proxy[],
  random: () => number,
): () => readonly Proxy[] {
  let robin = 0
  switch (policy) {
    case 'sequential':
      return () => proxies
    case 'round_robin':
      return () => {
        robin = (robin + 1) % proxies.length
        return [...proxies.slice(robin, robin + 1), ...proxies.slice(0, robin), ...proxies.slice(robin + 1)]
      }
    case 'random':
      return () =>
        proxies.length === 1
          ? proxies
          : proxies
              .map(proxy => ({proxy, place: random()}))
              .toSorted((one, other) => one.place - other.place)
              .map(({proxy}) => proxy)
  }
}
