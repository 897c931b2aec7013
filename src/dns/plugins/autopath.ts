import {argumentsOf, onlyLine, zonesFrom} from '../corefile/options.ts'
import {families} from '../metrics/families.ts'
import type {Answer, Client, Given, Handler, Plugin, Reply, Site} from '../plugin.ts'
import type {Query} from '../wire/accept.ts'
import {isReverseZone} from '../wire/address.ts'
import {rcodes} from '../wire/codes.ts'
import {isWithin, longestZone, normalName} from '../wire/name.ts'

/**
 * `autopath [ZONES...] @kubernetes|RESOLV-CONF`: walks the client's search path for it. The first query, `example.com.default.svc.cluster.local`, is
 * answered with what the last one would have found, behind an alias. Knowing a pod by its address takes `pods verified`.
 */
export const autopath: Plugin = {
  name: 'autopath',
  read: given => {
    const line = onlyLine(given)
    const words = argumentsOf(line)
    const source = words.at(-1)
    if (source === undefined) throw given.fail(line, 'no resolv-conf specified')
    const zones = zonesFrom(given, line, words.slice(0, -1))
    if (source.startsWith('@') && source !== '@kubernetes')
      throw given.fail(line, `${source.slice(1)} does not implement the AutoPather interface`)
    const text = source.startsWith('@') ? given.readFile('/etc/resolv.conf') : given.readFile(source)
    if (text === undefined && !source.startsWith('@'))
      throw given.fail(line, `failed to parse "${source}": no such file`)
    const local = searchOf(text ?? '')
    const path = source.startsWith('@')
      ? (site: Site, name: string, client: Client) => podPath(site, {given, name, client, local})
      : () => local
    return {handler: site => next => autopathHandler(site, {zones, next, path})}
  },
}

function searchOf(text: string): readonly string[] {
  const [, words = ''] = [...text.matchAll(/^\s*search[ \t]+(.*)$/gm)].at(-1) ?? []
  return words
    .split(/\s+/)
    .filter(word => word !== '')
    .map(normalName)
}

type PodPath = {
  readonly given: Given
  readonly name: string
  readonly client: Client
  readonly local: readonly string[]
}

/* What a kubelet writes for the pod that asks; nothing for anybody else. */
function podPath({names}: Site, {given, name, client, local}: PodPath): readonly string[] {
  const cluster = given.block.find(({words}) => words[0] === 'kubernetes')
  const verified = cluster?.block?.some(({words}) => words.join(' ') === 'pods verified')
  if (!cluster || !verified) return []
  const zones = zonesFrom(given, cluster, cluster.words.slice(1)).filter(zone => !isReverseZone(zone))
  const zone = longestZone(name, zones)
  const [pod] = names.podsAt(client.address)
  if (zone === undefined || !pod) return []
  const ending = zone === '.' ? '' : zone
  return [`${pod.namespace}.svc.${ending}`, `svc.${ending}`, zone, ...local]
}

type Walk = {
  readonly zones: readonly string[]
  readonly next: Handler
  readonly path: (site: Site, name: string, client: Client) => readonly string[]
}

function autopathHandler(site: Site, {zones, next, path}: Walk): Handler {
  const successes = site.metrics.value(families.autopaths, {server: site.server})
  return (query, client) => {
    const {name} = query.question
    const lower = name.toLowerCase()
    const search = longestZone(lower, zones) === undefined ? [] : path(site, lower, client)
    const [first] = search
    if (first === undefined || !isWithin(lower, first) || lower === first) return next(query, client)
    const base = name.slice(0, name.length - first.length)
    return walk(query, [...search.map(zone => base + (zone === '.' ? '' : zone)), base], {
      next,
      client,
      count: successes,
    })
  }
}

type Walking = {readonly next: Handler; readonly client: Client; readonly count: {count: number}}

async function walk(query: Query, names: readonly string[], {next, client, count}: Walking): Promise<Reply> {
  let first: Reply | undefined
  for (const name of names) {
    const reply: Reply = await asked(next({...query, question: {...query.question, name}}, client))
    if (reply.error !== undefined) return reply
    first ??= reply
    if (reply.bare || reply.rcode === rcodes.NXDOMAIN) continue
    count.count += 1
    return aliased(reply, query.question.name)
  }
  if (!first) throw new Error('a search path without names is walked')
  return first
}

/* An answer for this client alone is not said again to others. */
async function asked(answer: Answer): Promise<Reply> {
  const {until: _, ...once} = await answer
  return once
}

function aliased(reply: Reply, name: string): Reply {
  const other = reply.answers.find(record => record.name.toLowerCase() !== name.toLowerCase())
  if (!other) return reply
  return {...reply, answers: [{name, ttl: other.ttl, type: 'CNAME', target: other.name}, ...reply.answers]}
}
