import type {Client, Reply} from '../plugin.ts'
import type {Query} from '../wire/accept.ts'
import {rcodeName, typeName} from '../wire/codes.ts'
import {lengthOf} from '../wire/length.ts'
import {families} from './families.ts'
import type {Histogram, Metrics, Value} from './metrics.ts'

export type Counted = {
  readonly metrics: Metrics
  readonly server: string
  readonly zone: string
  readonly query: Query
  readonly client: Client
  readonly reply: Reply
}

/** What counts a query and its answer, given how many seconds it took; to be called for each repetition. */
export function countRequest(counted: Counted): (seconds: number) => void {
  const {query, reply} = counted
  const counters = countersOf(counted)
  const requestSize = lengthOf(query)
  const responseSize = reply.bare ? 0 : lengthOf({...reply, question: query.question})
  return seconds => {
    counters.requests.count += 1
    counters.responses.count += 1
    if (query.edns?.dnssec) counters.withDnssec().count += 1
    counters.durations.observe(seconds)
    counters.requestSizes.observe(requestSize)
    counters.responseSizes.observe(responseSize)
  }
}

type Counters = {
  readonly requests: Value
  readonly responses: Value
  readonly withDnssec: () => Value
  readonly durations: Histogram
  readonly requestSizes: Histogram
  readonly responseSizes: Histogram
}

/* Kept by what they are counted under, so that labels are not put together for every query. */
const known = new WeakMap<Metrics, Map<string, Counters>>()

function countersOf(counted: Counted): Counters {
  const {metrics, server, zone, query, client, reply} = counted
  const own = known.get(metrics) ?? new Map<string, Counters>()
  known.set(metrics, own)
  const family = client.address.includes(':') ? '2' : '1'
  const plugin = reply.bare ? '' : reply.by
  const key = `${server} ${zone} ${query.question.type} ${reply.rcode} ${plugin} ${client.protocol} ${family}`
  const found = own.get(key)
  if (found) return found
  const made = newCounters(counted, {family, plugin})
  if (own.size < mostKept) own.set(key, made)
  return made
}

const mostKept = 1000

function newCounters(
  {metrics, server, zone, query, client, reply}: Counted,
  {family, plugin}: {readonly family: string; readonly plugin: string},
): Counters {
  const place = {server, zone, view: ''}
  const {protocol: proto} = client
  const named = typeName(query.question.type)
  const type = countedTypes.has(named) ? named : 'other'
  return {
    requests: metrics.value(families.requests, {...place, proto, family, type}),
    responses: metrics.value(families.responses, {...place, rcode: rcodeName(reply.rcode), plugin}),
    withDnssec: () => metrics.value(families.doRequests, place),
    durations: metrics.histogram(families.requestDuration, place),
    requestSizes: metrics.histogram(families.requestSize, {...place, proto}),
    responseSizes: metrics.histogram(families.responseSize, {...place, proto}),
  }
}

/* The types that are counted by their names: whoever invents others shall not fill the memory. */
const countedTypes = new Set(
  'A AAAA AXFR CNAME DNSKEY DS HTTPS IXFR MX NAPTR NS NSEC NSEC3 PTR RRSIG SOA SRV SVCB TXT ANY HINFO'.split(' '),
)
