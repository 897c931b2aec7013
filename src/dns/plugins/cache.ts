import {
  argumentsOf,
  count,
  durationIn,
  numberIn,
  onlyLine,
  readOptions,
  wrongCount,
  zonesFrom,
} from '../corefile/options.ts'
import {families} from '../metrics/families.ts'
import {change, type Given, type Handler, type Plugin, type Reply, type Site} from '../plugin.ts'
import type {Query} from '../wire/accept.ts'
import {rcodes, typeName} from '../wire/codes.ts'
import {longestZone} from '../wire/name.ts'
import type {ResourceRecord} from '../wire/record.ts'

/** `cache [TTL] [ZONES...] { success, denial, disable, servfail, keepttl }`: keeps answers, and denials apart from them. */
export const cache: Plugin = {
  name: 'cache',
  read: given => {
    const config = readCache(given)
    return {handler: site => cacheHandler(site, config)}
  },
}

type Shelf = {
  readonly capacity: number
  /** In seconds: an answer is kept no longer, and no shorter, than these. */
  readonly most: number
  readonly least: number
  /** Of these zones nothing is kept. */
  readonly except: readonly string[]
}

type Config = {
  readonly zones: readonly string[]
  readonly success: Shelf
  readonly denial: Shelf
  /** Seconds for which a failure is kept. */
  readonly servfail: number
  readonly keepTtl: boolean
}

function readCache(given: Given): Config {
  const line = onlyLine(given)
  const {fail} = given
  const [first = '', ...others] = argumentsOf(line)
  const hasTtl = /^-?\d+$/.test(first)
  const ttl = hasTtl ? Number(first) : undefined
  if (ttl !== undefined && ttl <= 0) throw fail(line, `cache TTL can not be zero or negative: ${ttl}`)
  const zones = zonesFrom(given, line, hasTtl ? others : argumentsOf(line))
  let success: Shelf = {capacity: 10_000, most: ttl ?? 3600, least: 5, except: []}
  let denial: Shelf = {capacity: 10_000, most: ttl ?? 1800, least: 5, except: []}
  let servfail = 5
  let keepTtl = false
  const readShelf = (shelf: Shelf, words: readonly string[], at: typeof line): Shelf => {
    count(given, at, words, 1, 3)
    const [capacity = '', most, least] = words
    const number = (text: string, least: number, what: string) =>
      numberIn(given, at, {text, least, most: 2 ** 31, what})
    return {
      ...shelf,
      capacity: number(capacity, 1, 'the capacity'),
      ...(most !== undefined && {most: number(most, 1, 'cache TTL')}),
      ...(least !== undefined && {least: number(least, 0, 'cache min TTL')}),
    }
  }
  const unsupported = (_: readonly string[], at: typeof line) => {
    throw fail(at, `'${at.words[0]}' is not supported by podlab's DNS; leave the line out`)
  }
  readOptions(given, line, {
    success: (words, at) => {
      success = readShelf(success, words, at)
    },
    denial: (words, at) => {
      denial = readShelf(denial, words, at)
    },
    disable: ([which, ...words], at) => {
      const except = zonesFrom({fail, zones: ['.']}, at, words)
      if (which === 'success') success = {...success, except}
      else if (which === 'denial') denial = {...denial, except}
      else throw fail(at, which === undefined ? wrongCount(at) : 'cache type for disable must be "success" or "denial"')
    },
    servfail: (words, at) => {
      count(given, at, words, 1)
      const duration = durationIn(given, at, words[0] ?? '')
      if (duration > 300_000) throw fail(at, 'caching SERVFAIL responses over 5 minutes is not permitted')
      servfail = duration / 1000
    },
    keepttl: (words, at) => {
      count(given, at, words, 0)
      keepTtl = true
    },
    prefetch: unsupported,
    serve_stale: unsupported,
  })
  return {zones, success, denial, servfail, keepTtl}
}

type Item = {readonly reply: Reply; readonly stored: number; readonly seconds: number}

function cacheHandler({metrics, server, now}: Site, config: Config): (next: Handler) => Handler {
  const labels = {server, zones: config.zones.join(','), view: ''}
  const requests = metrics.value(families.cacheRequests, labels)
  const misses = metrics.value(families.cacheMisses, labels)
  const shelves = {
    success: shelf(config.success.capacity, kind('success')),
    denial: shelf(config.denial.capacity, kind('denial')),
  }
  function kind(type: string) {
    return {
      entries: metrics.value(families.cacheEntries, {...labels, type}),
      hits: metrics.value(families.cacheHits, {...labels, type}),
      evictions: metrics.value(families.cacheEvictions, {...labels, type}),
    }
  }
  const young = (item: Item | undefined, time: number) =>
    item !== undefined && item.seconds - Math.floor((time - item.stored) / 1000) > 0 ? item : undefined

  const found = (key: string, query: Query): Reply | undefined => {
    const time = now()
    for (const shelf of [shelves.denial, shelves.success]) {
      const item = young(shelf.get(key), time)
      if (item === undefined) continue
      shelf.hits.count += 1
      const again = () => {
        requests.count += 1
        shelf.hits.count += 1
      }
      return {...fromCache(item, query, time, config.keepTtl), again}
    }
    return undefined
  }

  return next => (query, client) => {
    const name = query.question.name.toLowerCase()
    if (longestZone(name, config.zones) === undefined) return next(query, client)
    requests.count += 1
    const key = keyOf(query)
    const kept = found(key, query)
    if (kept) return kept
    misses.count += 1
    return change(next(query, client), reply => keep(reply, query, key))
  }

  function keep(reply: Reply, query: Query, key: string): Reply {
    const verdict = verdictOf(reply, query)
    if (reply.bare || verdict === undefined) return reply
    const {seconds, shelf: which} = lifetime(reply, verdict, config)
    if (longestZone(query.question.name.toLowerCase(), config[which].except) !== undefined) {
      const again = () => {
        requests.count += 1
        misses.count += 1
      }
      return {...capped(reply, seconds), again}
    }
    const {until: _, ...once} = reply
    if (seconds > 0 && !reply.truncated) shelves[which].set(key, {reply: once, stored: now(), seconds})
    return capped(once, seconds)
  }
}

function keyOf({edns, checkingDisabled, question}: Query): string {
  return `${edns?.dnssec ? 1 : 0}${checkingDisabled ? 1 : 0} ${question.type} ${question.name.toLowerCase()}`
}

type Verdict = 'answer' | 'denial' | 'failure'

/* What kind of an answer it is; undefined for what is never kept. */
function verdictOf({rcode, answers, authorities}: Reply, {question, opcode}: Query): Verdict | undefined {
  const type = typeName(question.type)
  if (opcode !== 0 || type === 'AXFR' || type === 'IXFR') return undefined
  if (rcode === rcodes.NOERROR && answers.length > 0) return 'answer'
  const hasAuthority = authorities.some(record => record.type === 'SOA')
  if (hasAuthority && (rcode === rcodes.NOERROR || rcode === rcodes.NXDOMAIN)) return 'denial'
  if (rcode === rcodes.SERVFAIL || rcode === rcodes.NOTIMP) return 'failure'
  return rcode === rcodes.NOERROR ? 'answer' : undefined
}

function lifetime(reply: Reply, verdict: Verdict, config: Config): {seconds: number; shelf: 'success' | 'denial'} {
  if (verdict === 'failure') return {seconds: Math.floor(config.servfail), shelf: 'denial'}
  const shelf = verdict === 'denial' ? 'denial' : 'success'
  const records = [...reply.answers, ...reply.authorities, ...reply.additionals]
  const ttl = records.length === 0 ? 5 : records.reduce((least, record) => Math.min(least, record.ttl), 3600)
  return {seconds: Math.min(Math.max(ttl, config[shelf].least), config[shelf].most), shelf}
}

/* Every record may be believed for as long as the whole answer is kept, and no longer. */
function capped(reply: Reply, ttl: number): Reply {
  const cap = (records: readonly ResourceRecord[]) =>
    records.every(record => record.ttl === ttl) ? records : records.map(record => ({...record, ttl}))
  return {
    ...reply,
    answers: cap(reply.answers),
    authorities: cap(reply.authorities),
    additionals: cap(reply.additionals),
  }
}

function fromCache({reply, stored, seconds}: Item, query: Query, time: number, keepTtl: boolean): Reply {
  const passed = Math.floor((time - stored) / 1000)
  const ttl = keepTtl ? seconds : seconds - passed
  const aged = (records: readonly ResourceRecord[]) => records.map(record => ({...record, ttl}))
  const {authenticated = false, ...rest} = reply
  return {
    ...rest,
    by: 'cache',
    authoritative: true,
    ...((query.edns?.dnssec || query.authenticated) && authenticated && {authenticated}),
    answers: aged(reply.answers),
    authorities: aged(reply.authorities),
    additionals: aged(reply.additionals),
    until: stored + seconds * 1000,
    ...(!keepTtl && {ages: {since: stored, seconds}}),
  }
}

/* Things under keys, at most so many: the one that was put there first goes first. */
function shelf(
  capacity: number,
  counts: {entries: {count: number}; hits: {count: number}; evictions: {count: number}},
) {
  const items = new Map<string, Item>()
  return {
    hits: counts.hits,
    get: (key: string) => items.get(key),
    set: (key: string, item: Item) => {
      items.delete(key)
      if (items.size >= capacity) {
        for (const oldest of items.keys()) {
          items.delete(oldest)
          break
        }
        counts.evictions.count += 1
      }
      items.set(key, item)
      counts.entries.count = items.size
    },
  }
}
