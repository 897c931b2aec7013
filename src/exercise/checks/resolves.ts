import {z} from 'zod'
import type {LabHandle} from '../../cluster/lab-handle.ts'
import {target} from '../../lab/step-schema.ts'
import {namesTried} from '../../node/pods/names-tried.ts'
import {type Resolver, readResolvConf} from '../../node/pods/resolv-conf.ts'
import {type Check, type Finding, parameters} from '../check.ts'
import {isMissing, type Limits, typed} from '../command.ts'
import {type Dug, digCommand, readDig} from '../dig.ts'
import {fillAddresses, NotThereError, placeOf} from '../places.ts'

const types = ['A', 'AAAA', 'SRV', 'PTR', 'CNAME', 'TXT', 'NS', 'SOA'] as const
const words = ['found', 'nxdomain', 'nodata', 'servfail', 'refused', 'timeout'] as const

const form = parameters({
  from: target,
  name: z
    .string()
    .regex(/^[^\s/@]{1,253}$/, 'expected a name, like kubia or kubia.default.svc.cluster.local')
    .describe('The name, as a program would be given it'),
  type: z.enum(types).default('A').describe('The type of record'),
  expect: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)], {
      error: 'expected a word, a record, or a list of records',
    })
    .default('found')
    .describe(
      `${words.slice(0, -1).join(', ')} or timeout; or the records: an address, or a list of them, {service/NAME} and the like too`,
    ),
  queries: z
    .int()
    .min(1)
    .max(100)
    .optional()
    .describe('How many queries of this type it takes, by the search domains of the place'),
})

type Parameters = z.infer<typeof form>

/**
 * A name is what it should be, for one who asks as a resolver does: by the place's own /etc/resolv.conf, one search domain after the other,
 * each question sent from the place's own network.
 */
export const resolves: Check<Parameters> = {
  summary: 'A name resolves, or does not',
  parameters: form,
  targets: ['from'],
  again: 'after a pause',
  expected: wanted => inWords(wanted, [wanted.expect].flat()),
  look: resolveOnce,
}

async function resolveOnce(wanted: Parameters, lab: LabHandle, limits: Limits): Promise<Finding> {
  const place = await placeOf(wanted.from, lab)
  const records = await Promise.all([wanted.expect].flat().map(word => fillAddresses(word, lab)))
  const conf = await lab.exec(place, ['cat', '/etc/resolv.conf'], limits)
  if (conf.code !== 0) throw new NotThereError(`/etc/resolv.conf of ${place} cannot be read: ${conf.stderr.trim()}`)
  const found = await walk(wanted, {lab, place, limits, resolver: readResolvConf(conf.stdout)})
  const common = {
    expected: inWords(wanted, records),
    command: typed(lab, place, ['dig', '+search', wanted.name, wanted.type]),
  }
  if ('missing' in found) return {...common, holds: undefined, seen: found.missing}
  const counted = wanted.queries === undefined || wanted.queries === found.asked.length
  return {...common, holds: counted && isAsWanted(records, found.last), seen: seenWords(found)}
}

type Walk = {readonly asked: readonly string[]; readonly last: Dug}

type Asking = {
  readonly lab: LabHandle
  readonly place: string
  readonly limits: Limits
  readonly resolver: Resolver
}

/*
 * As the C library goes on: to the next domain when there is no such name or record, or the server fails. When nobody answers it is
 * done with the domains, and tries the name as it is.
 */
async function walk(
  {name, type}: Parameters,
  {lab, place, limits, resolver}: Asking,
): Promise<Walk | {readonly missing: string}> {
  const asked: string[] = []
  let last: Dug = {records: []}
  let silent = false
  for (const full of namesTried(name, resolver)) {
    if (silent && full !== wholeName(name)) continue
    asked.push(full)
    last = {records: []}
    for (const server of resolver.nameservers) {
      const ran = await lab.exec(place, digCommand({server, name: full, type}), {...limits, only: 'network'})
      if (isMissing(ran)) return {missing: 'this machine has no dig; the Debian package bind9-dnsutils brings it'}
      last = readDig(ran, type)
      if (last.status !== undefined) break
    }
    if (last.records.length > 0) break
    silent ||= last.status === undefined
  }
  return {asked, last}
}

function wholeName(name: string): string {
  return name.endsWith('.') ? name : `${name}.`
}

function isAsWanted(wanted: readonly string[], last: Dug): boolean {
  const [word = ''] = wanted
  if (wanted.length === 1 && isWord(word)) return word === wordFor(last)
  const [one, other] = [wanted, last.records].map(list => list.map(plain).sort().join('\n'))
  return one === other
}

function isWord(word: string): word is (typeof words)[number] {
  return (words as readonly string[]).includes(word)
}

function wordFor({status, records}: Dug): string {
  if (status === undefined) return 'timeout'
  if (status !== 'NOERROR') return status.toLowerCase()
  return records.length > 0 ? 'found' : 'nodata'
}

/* Names are the same in upper and lower case, and with their last dot. */
function plain(record: string): string {
  return record.toLowerCase().replace(/\.$/, '')
}

function inWords({name, type, queries}: Parameters, records: readonly string[]): string {
  const [word = ''] = records
  const what = isWord(word) ? sentences[word] : `is ${records.join(', ')}`
  return `${name} ${type} ${what}${queries === undefined ? '' : `, after ${counted(queries)}`}`
}

const sentences: Readonly<Record<(typeof words)[number], string>> = {
  found: 'is found',
  nxdomain: 'does not exist (NXDOMAIN)',
  nodata: 'exists without such a record (NODATA)',
  servfail: 'gets a failure from the server (SERVFAIL)',
  refused: 'is refused',
  timeout: 'gets no answer',
}

function seenWords({asked, last}: Walk): string {
  const word = wordFor(last)
  const what = word === 'found' ? last.records.join(', ') : isWord(word) ? sentences[word] : word
  return `${what}, after ${counted(asked.length)}: ${asked.join(', ')}`
}

function counted(queries: number): string {
  return queries === 1 ? '1 query' : `${queries} queries`
}
