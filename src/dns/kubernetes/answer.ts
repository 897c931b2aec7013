import {isIPv4} from 'node:net'
import {addressOfReverse} from '../wire/address.ts'
import {typeName} from '../wire/codes.ts'
import {isName, isWithin, normalName} from '../wire/name.ts'
import type {ResourceRecord} from '../wire/record.ts'
import {type Cluster, exposes, type Found, find, type Host, hostOf} from './find.ts'
import {isNameServer, nameServers} from './name-servers.ts'

/**
 * What Kubernetes' DNS schema (version 1.1.0) answers to a question:
 *
 * - `records`: these; where the last is a CNAME that leads out of the zone, `follow` names what is to be asked next
 * - `no data`: the name exists, and has no record of this type
 * - `no name`: neither the name exists nor any below it
 * - `refused`: a transfer of the zone
 */
export type ClusterAnswer =
  | {
      readonly kind: 'records'
      readonly answers: readonly ResourceRecord[]
      readonly additionals?: readonly ResourceRecord[]
      readonly follow?: string
    }
  | {readonly kind: 'no data' | 'no name' | 'refused'}

export type ClusterQuestion = {
  /** As it was asked: an answer repeats its letters' case. */
  readonly name: string
  readonly type: number
  /** The zone of the name, in lower case. */
  readonly zone: string
}

export type Place = Cluster & {
  /** The addresses of the server itself, by which it finds the Service that leads to it. */
  readonly ownAddresses: readonly string[]
}

/** Answers a question about a cluster; a function of nothing but its arguments. */
export function answer(place: Place, {name, type, zone}: ClusterQuestion): ClusterAnswer {
  const lower = name.toLowerCase()
  const base = zone === '.' ? lower.slice(0, -1) : lower.slice(0, -zone.length - 1)
  const asked = {place, name, lower, base, zone: zone === '.' ? '.' : name.slice(-zone.length), ttl: place.config.ttl}
  const kind = typeName(type)
  switch (kind) {
    case 'AXFR':
    case 'IXFR':
      return {kind: 'refused'}
    case 'A':
    case 'AAAA':
      return isNameServer(lower, zone)
        ? records(nameServers(place).flatMap(({address}) => addressRecords(asked, kind, [address])))
        : addresses(asked, kind)
    case 'SRV':
      return services(asked)
    case 'CNAME':
      return alias(asked)
    case 'TXT':
      return base === 'dns-version'
        ? records([{name, ttl: 28_800, type: 'TXT', strings: [schemaVersion]}])
        : existence(asked)
    case 'PTR':
      return pointers(asked)
    case 'SOA':
      return lower === zone ? records([authority(place, asked.zone)]) : existence(asked)
    case 'NS':
      return lower === zone ? nameServerRecords(asked) : existence(asked)
    default:
      return existence(asked)
  }
}

/** The version of the schema that names follow. */
const schemaVersion = '1.1.0'

/** The record that stands in the authority section of a denial; the zone as it was asked for. */
export function authority({names, config}: Cluster, zone: string): ResourceRecord {
  const {ttl} = config
  return {
    name: zone,
    ttl: Math.min(ttl, 300),
    type: 'SOA',
    primary: within('ns.dns', zone),
    mailbox: within('hostmaster', zone),
    serial: names.serial,
    refresh: 7200,
    retry: 1800,
    expire: 86_400,
    minimum: ttl,
  }
}

type Asked = {
  readonly place: Place
  readonly name: string
  readonly lower: string
  /** The name without its zone. */
  readonly base: string
  readonly zone: string
  readonly ttl: number
}

function records(
  answers: readonly ResourceRecord[],
  more: {additionals?: readonly ResourceRecord[]; follow?: string} = {},
): ClusterAnswer {
  return answers.length === 0 ? {kind: 'no data'} : {kind: 'records', answers, ...more}
}

function look({place, lower, base, zone}: Asked): Found {
  return isNameServer(lower, zone.toLowerCase()) ? {kind: 'empty'} : find(place, base)
}

/* Of a type that no name has: only whether there is the name. */
function existence(asked: Asked): ClusterAnswer {
  return {kind: look(asked).kind === 'nothing' ? 'no name' : 'no data'}
}

function addresses(asked: Asked, type: 'A' | 'AAAA', chain: readonly ResourceRecord[] = []): ClusterAnswer {
  const found = look(asked)
  switch (found.kind) {
    case 'nothing':
      return {kind: 'no name'}
    case 'empty':
      return {kind: 'no data'}
    case 'hosts': {
      const own = addressRecords(
        asked,
        type,
        found.hosts.map(({address}) => address),
      )
      return own.length === 0 ? {kind: 'no data'} : records([...chain, ...own])
    }
    case 'external':
      return followExternal(asked, {type, chain, target: found.target})
  }
}

type External = {readonly type: 'A' | 'AAAA'; readonly chain: readonly ResourceRecord[]; readonly target: string}

/* Within the zone the answer is complete; a circle, or a chain that is too long, has none. */
function followExternal(asked: Asked, {type, chain, target}: External): ClusterAnswer {
  const {place, name, ttl, zone} = asked
  const lower = normalName(target)
  const alias: ResourceRecord = {name, ttl, type: 'CNAME', target: fullName(target)}
  const known = chain.some(record => record.name.toLowerCase() === asked.lower)
  if (!isName(target) || lower === asked.lower || known || chain.length > longestChain) return {kind: 'no data'}
  if (!isWithin(lower, zone.toLowerCase())) return records([...chain, alias], {follow: alias.target})
  const base = lower.slice(0, lower.length - zone.length - (zone === '.' ? 0 : 1))
  const next = addresses({place, name: alias.target, lower, base, zone, ttl}, type, [...chain, alias])
  return next.kind === 'no name' ? {kind: 'no data'} : next
}

const longestChain = 10

function addressRecords({name, ttl}: Asked, type: 'A' | 'AAAA', found: readonly string[]): ResourceRecord[] {
  const family = found.filter(address => isIPv4(address) === (type === 'A'))
  const distinct = family.length > 1 ? [...new Set(family)] : family
  return distinct.map(address => ({name, ttl, type, address}))
}

function alias(asked: Asked): ClusterAnswer {
  const found = look(asked)
  if (found.kind !== 'external' || !isName(found.target)) return existence(asked)
  return records([{name: asked.name, ttl: asked.ttl, type: 'CNAME', target: fullName(found.target)}])
}

/* Each port of each host weighs the same; a Service without ports has no such record. */
function services(asked: Asked): ClusterAnswer {
  const found = look(asked)
  if (found.kind !== 'hosts') return existence(asked)
  const {name, ttl, zone} = asked
  const weight = Math.max(1, Math.floor(100 / found.hosts.length))
  const withPorts = found.hosts.filter(({port}) => port !== -1)
  const targets = distinct(withPorts, ({name, port}) => `${name} ${port}`)
  const hosts = distinct(withPorts, ({name, address}) => `${name} ${address}`)
  const answers = targets.map(
    (host): ResourceRecord => ({
      name,
      ttl,
      type: 'SRV',
      priority: 0,
      weight,
      port: host.port,
      target: within(host.name, zone),
    }),
  )
  return records(answers, {additionals: hosts.map(host => addressOf(host, asked))})
}

function addressOf(
  {name, address}: Pick<Host, 'name' | 'address'>,
  {ttl, zone}: Pick<Asked, 'ttl' | 'zone'>,
): ResourceRecord {
  return {name: within(name, zone), ttl, type: isIPv4(address) ? 'A' : 'AAAA', address}
}

function distinct<T>(all: readonly T[], word: (one: T) => string): readonly T[] {
  return all.length < 2 ? all : [...new Map(all.map(one => [word(one), one])).values()]
}

/* A cluster address is its Service's; any other is that of every headless or ready endpoint that has it. */
function pointers(asked: Asked): ClusterAnswer {
  const {place, name, lower, ttl} = asked
  const {names, config} = place
  const address = addressOfReverse(lower)
  if (address === undefined) return existence(asked)
  const visible = ({namespace}: {readonly namespace: string}) => !config.namespaces || exposes(place, namespace)
  const [service] = names.servicesAt(address).filter(visible)
  const owners = service
    ? [`${service.name}.${service.namespace}.svc`]
    : names
        .slicesAt(address)
        .filter(visible)
        .flatMap(slice =>
          slice.addresses
            .filter(one => one.address === address)
            .map(one => `${hostOf(one, config)}.${slice.service}.${slice.namespace}.svc`),
        )
  if (owners.length === 0) return {kind: 'no name'}
  const targets = [...new Set(owners)].map(owner => within(owner, config.primaryZone))
  return records(targets.map(target => ({name, ttl, type: 'PTR', target})))
}

function nameServerRecords({place, name, zone, ttl}: Asked): ClusterAnswer {
  const servers = nameServers(place)
  const targets = [...new Set(servers.map(server => server.name))]
  return records(
    targets.map((target): ResourceRecord => ({name, ttl, type: 'NS', target: within(target, zone)})),
    {additionals: servers.map(server => addressOf(server, {ttl, zone}))},
  )
}

function within(name: string, zone: string): string {
  return zone === '.' ? `${name}.` : `${name}.${zone}`
}

function fullName(target: string): string {
  return target.endsWith('.') ? target : `${target}.`
}
