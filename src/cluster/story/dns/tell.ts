import {isIP} from 'node:net'
import type {Dns} from '../../../net/packet.ts'
import {dotsWanted} from '../../../node/pods/names-tried.ts'
import type {Resolver} from '../../../node/pods/resolv-conf.ts'
import type {Query} from './queries.ts'

/** A look-up as it was seen. */
export type Lookup = {
  /** The pod that asked: `client`. */
  readonly client: string
  readonly node: string
  /** What was typed in it: `getent ahosts kubia`. */
  readonly command: string
  readonly name: string
  readonly resolver: Resolver
  /** The names in its /etc/hosts, in small letters. */
  readonly hosts: readonly string[]
  readonly queries: readonly Query[]
  /** What the command said, a line each, and its code. */
  readonly said: readonly string[]
  readonly code: number
  readonly tookMs: number
  /** Where each DNS pod is, and the rules by which kube-proxy leads to it from the client's node. */
  readonly servers: ReadonlyMap<string, Server>
  /** The address of kube-dns. */
  readonly service: string | undefined
}

export type Server = {readonly ip: string; readonly node: string; readonly rules?: string}

/** What a look-up was, in plain sentences: how the names come about, each query with who answered, and what came of it. */
export function tellLookup(lookup: Lookup): string {
  const {client, command, resolver, queries} = lookup
  const {nameservers, searches} = resolver
  const lines = [
    `${client} looks ${lookup.name} up: ${command}`,
    `  Its /etc/resolv.conf says: ask ${nameservers.join(', then ') || 'nobody'}${searches.length > 0 ? `; search ${searches.join(' ')}` : ''}; ndots:${dotsWanted(resolver)}.`,
    ...(queries.length > 0 ? asked(lookup) : [`  ${whyNobody(lookup)}`]),
    '',
    ending(lookup),
  ]
  return `${lines.join('\n')}\n`
}

function asked(lookup: Lookup): readonly string[] {
  const {name, resolver, queries} = lookup
  const start = queries[0]?.at ?? 0
  return [`  ${whyThisOrder(name, resolver)}`, '', ...queries.flatMap(query => queryLines(query, start, lookup))]
}

/* A resolver asks no server for what it knows without one. */
function whyNobody({name, hosts}: Lookup): string {
  if (isIP(name) > 0) return `${name} is an address: nobody has to be asked for it.`
  if (hosts.includes(name.replace(/\.$/, '').toLowerCase()))
    return `${name} stands in its /etc/hosts, which comes before all servers: nobody was asked.`
  return 'It sent no query by UDP.'
}

/* The rule of resolv.conf(5). */
function whyThisOrder(name: string, resolver: Resolver): string {
  if (name.endsWith('.')) return `${name} ends with a dot: it is whole, and no search domain is put behind it.`
  if (resolver.searches.length === 0) return `There are no search domains: ${name} is asked as it is.`
  const dots = name.split('.').length - 1
  const has = `${name} has ${dots === 0 ? 'no dot' : dots === 1 ? '1 dot' : `${dots} dots`}`
  return dots < dotsWanted(resolver)
    ? `${has}, fewer than ${dotsWanted(resolver)}: the search domains are tried first, one after the other, the name as it is last.`
    : `${has}, ${dotsWanted(resolver)} or more: the name is asked as it is first, and the search domains after it.`
}

function queryLines(query: Query, start: number, lookup: Lookup): readonly string[] {
  const {at, type, name, sent} = query
  const again = sent > 1 ? `, sent ${sent} times` : ''
  return [
    `  +${(at - start).toFixed(1)} ms  ${name} ${type}? (${domainOf(name, lookup)}${again})`,
    `      ${wayOf(query, lookup)}`,
    ...(query.forwarded ? [`      ${forwardWords(query.forwarded)}`] : []),
    `      ${answerWords(query)}`,
  ]
}

/* Which search domain was put behind the name. */
function domainOf(asked: string, {name, resolver: {searches}}: Lookup): string {
  const whole = asked.replace(/\.$/, '').toLowerCase()
  if (whole === name.replace(/\.$/, '').toLowerCase()) return 'the name as it is'
  const index = searches.findIndex(domain => whole === `${name}.${domain.replace(/\.$/, '')}`.toLowerCase())
  return index < 0 ? 'another name' : `with search domain ${index + 1}, ${searches[index]}`
}

function wayOf({asked, server, at}: Query, {service, servers, node}: Lookup): string {
  if (!server && asked.ip !== service) return `It asks ${asked.ip}, which is not kube-dns.`
  if (!server)
    return `It asks kube-dns at ${asked.ip}; ${servers.size > 0 ? 'the query came to none of its pods' : 'none of its pods is ready, so that kube-proxy leads the query nowhere'}.`
  const found = servers.get(server.place)
  const rules = found?.rules ? ` (${found.rules})` : ''
  const way =
    asked.ip === service ? `kube-proxy on ${node} leads ${asked.ip} to ${server.place}${rules}` : `It asks ${asked.ip}`
  return `${way}; there after ${(server.at - at).toFixed(1)} ms, at ${found?.ip ?? '?'} on ${found?.node ?? '?'}.`
}

function forwardWords({to, said}: NonNullable<Query['forwarded']>): string {
  return `That is no name of the cluster: it asks ${to}, which ${said ? `says ${saidWords(said)}` : 'keeps silent'}.`
}

function answerWords({answer, at}: Query): string {
  return answer ? `Answer after ${(answer.at - at).toFixed(1)} ms: ${saidWords(answer.said)}.` : 'No answer came.'
}

/** What an answer says, for people. */
export function saidWords({code, answers}: NonNullable<Dns['response']>): string {
  if (code === 'NXDOMAIN') return 'there is no such name (NXDOMAIN)'
  if (code !== 'NOERROR') return code
  return answers.length > 0 ? answers.join(', ') : 'the name has no such record (NODATA)'
}

function ending({name, said, code, queries, tookMs}: Lookup): string {
  const count = `${queries.length} ${queries.length === 1 ? 'query' : 'queries'}, ${tookMs.toFixed(1)} ms`
  const unanswered = queries.filter(({answer}) => !answer).length
  const silent = unanswered > 0 ? `, ${unanswered} without an answer` : ''
  const found = code === 0 && said.length > 0
  return `${found ? `${name} is ${said.join(', ')}` : `${name} was not found`}: ${count}${silent}.`
}
