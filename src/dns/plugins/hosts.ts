import {isIPv4} from 'node:net'
import type {Line} from '../corefile/lines.ts'
import {
  argumentsOf,
  count,
  durationIn,
  fallthroughZones,
  numberIn,
  onlyLine,
  readOptions,
  zonesFrom,
} from '../corefile/options.ts'
import {families} from '../metrics/families.ts'
import {bare, type Given, type Handler, type Plugin, type Reply, type Site} from '../plugin.ts'
import {addressOfReverse, canonicalAddress} from '../wire/address.ts'
import {rcodes, typeName} from '../wire/codes.ts'
import {isName, isWithin, longestZone, normalName} from '../wire/name.ts'
import type {ResourceRecord} from '../wire/record.ts'

/** `hosts [FILE [ZONES...]] { [INLINE] ttl, no_reverse, reload, fallthrough }`: names out of a file like /etc/hosts. */
export const hosts: Plugin = {
  name: 'hosts',
  read: given => {
    const config = readHosts(given)
    return {handler: site => next => hostsHandler(site, config, next)}
  },
}

type Config = {
  readonly path: string
  readonly inline: string
  readonly zones: readonly string[]
  readonly ttl: number
  readonly reverse: boolean
  /** How often the file is read anew, in milliseconds; 0 for never. */
  readonly reload: number
  readonly fallthrough: readonly string[]
}

function readHosts(given: Given): Config {
  const line = onlyLine(given)
  const {fail} = given
  const [path = '/etc/hosts', ...words] = argumentsOf(line)
  let config: Config = {
    path,
    inline: (line.block ?? [])
      .filter(isEntry)
      .map(({words}) => words.join(' '))
      .join('\n'),
    zones: zonesFrom(given, line, words),
    ttl: 3600,
    reverse: true,
    reload: 5000,
    fallthrough: [],
  }
  const options = {...line, block: (line.block ?? []).filter(one => !isEntry(one))}
  readOptions(given, options, {
    ttl: (words, at) => {
      count(given, at, words, 1)
      config = {...config, ttl: numberIn(given, at, {text: words[0] ?? '', least: 1, most: 65_535, what: 'ttl'})}
    },
    no_reverse: () => {
      config = {...config, reverse: false}
    },
    reload: (words, at) => {
      if (words.length !== 1) throw fail(at, 'reload needs a duration (zero seconds to disable)')
      config = {...config, reload: durationIn(given, at, words[0] ?? '')}
    },
    fallthrough: (words, at) => {
      config = {...config, fallthrough: fallthroughZones(given, at, words)}
    },
  })
  return config
}

/* An address and its names, and no option. */
function isEntry({words: [first = '']}: Line): boolean {
  return canonicalAddress(first) !== undefined
}

type Entries = {
  readonly text: string
  readonly byName: Map<string, string[]>
  readonly byAddress: Map<string, string[]>
}

function hostsHandler(site: Site, config: Config, next: Handler): Handler {
  const inline = entriesOf(config.inline, config)
  let file = entriesOf(site.readFile(config.path) ?? '', config)
  const counted = site.metrics.value(families.hostsEntries, {hosts: config.path})
  const read = () => {
    const text = site.readFile(config.path) ?? ''
    if (text !== file.text) file = entriesOf(text, config)
    counted.count = file.byName.size + inline.byName.size
    if (config.reload > 0) site.later(config.reload, read)
  }
  read()
  const found = (which: 'byName' | 'byAddress', word: string) => [
    ...(file[which].get(word) ?? []),
    ...(inline[which].get(word) ?? []),
  ]
  return (query, client) => {
    const {name, type} = query.question
    const lower = name.toLowerCase()
    const kind = typeName(type)
    if (kind === 'PTR') {
      const names = found('byAddress', addressOfReverse(lower) ?? '')
      if (names.length === 0) return next(query, client)
      return reply(names.map(target => ({name: lower, ttl: config.ttl, type: 'PTR', target})))
    }
    if (longestZone(lower, config.zones) === undefined) return next(query, client)
    const addresses = found('byName', lower)
    if (addresses.length > 0) return reply(addressRecords(lower, kind, addresses, config.ttl))
    if (config.fallthrough.some(zone => isWithin(lower, zone))) return next(query, client)
    return bare(rcodes.SERVFAIL, 'hosts')
  }
}

function addressRecords(
  name: string,
  kind: string,
  addresses: readonly string[],
  ttl: number,
): readonly ResourceRecord[] {
  if (kind !== 'A' && kind !== 'AAAA') return []
  const family = addresses.filter(address => isIPv4(address) === (kind === 'A'))
  return family.map(address => ({name, ttl, type: kind, address}))
}

function reply(answers: readonly ResourceRecord[]): Reply {
  return {rcode: rcodes.NOERROR, answers, authorities: [], additionals: [], authoritative: true, by: 'hosts'}
}

function entriesOf(text: string, {zones, reverse}: Config): Entries {
  const byName = new Map<string, string[]>()
  const byAddress = new Map<string, string[]>()
  for (const line of text.split('\n')) {
    const [first = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/)
    const address = canonicalAddress(first)
    if (address === undefined) continue
    for (const name of names.filter(isName).map(normalName)) {
      if (longestZone(name, zones) === undefined) continue
      byName.set(name, [...(byName.get(name) ?? []), address])
      if (reverse) byAddress.set(address, [...(byAddress.get(address) ?? []), name])
    }
  }
  return {text, byName, byAddress}
}
