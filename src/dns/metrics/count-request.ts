import type {Client, Reply} from '../plugin.ts'
import type {Query} from '../wire/accept.ts'
import {rcodeName, typeName} from '../wire/codes.ts'
import {lengthOf} from '../wire/length.ts'
import {families} from './families.ts'
import type {Metrics} from './metrics.ts'

export type Counted = {
  readonly metrics: Metrics
  readonly server: string
  readonly zone: string
  readonly query: Query
  readonly client: Client
  readonly reply: Reply
}

/** What counts a query and its answer, given how many seconds it took; to be called for each repetition. */
export function countRequest({metrics, server, zone, query, client, reply}: Counted): (seconds: number) => void {
  const place = {server, zone, view: ''}
  const {protocol: proto, address} = client
  const named = typeName(query.question.type)
  const type = counted.has(named) ? named : 'other'
  const family = address.includes(':') ? '2' : '1'
  const requests = metrics.value(families.requests, {...place, proto, family, type})
  const plugin = reply.bare ? '' : reply.by
  const responses = metrics.value(families.responses, {...place, rcode: rcodeName(reply.rcode), plugin})
  const durations = metrics.histogram(families.requestDuration, place)
  const requestSizes = metrics.histogram(families.requestSize, {...place, proto})
  const responseSizes = metrics.histogram(families.responseSize, {...place, proto})
  const withDnssec = query.edns?.dnssec ? metrics.value(families.doRequests, place) : undefined
  const requestSize = lengthOf(query)
  const responseSize = reply.bare ? 0 : lengthOf({...reply, question: query.question})
  return seconds => {
    requests.count += 1
    responses.count += 1
    if (withDnssec) withDnssec.count += 1
    durations.observe(seconds)
    requestSizes.observe(requestSize)
    responseSizes.observe(responseSize)
  }
}

/* The types that are counted by their names: whoever invents others shall not fill the memory. */
const counted = new Set(
  'A AAAA AXFR CNAME DNSKEY DS HTTPS IXFR MX NAPTR NS NSEC NSEC3 PTR RRSIG SOA SRV SVCB TXT ANY HINFO'.split(' '),
)
