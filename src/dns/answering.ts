import {routeTo} from './chain.ts'
import {badVersion, finish} from './finish.ts'
import type {ClusterNames} from './kubernetes/cluster-names.ts'
import {countRequest} from './metrics/count-request.ts'
import type {Metrics, Value} from './metrics/metrics.ts'
import {type Ages, type Answer, bare, type Client, type Handler, type Reply} from './plugin.ts'
import {accept} from './wire/accept.ts'
import {rcodes} from './wire/codes.ts'
import {ttlPlaces} from './wire/ttl-places.ts'

/** What answers on one port. */
export type Answering = {
  readonly ask: Handler
  answer(bytes: Buffer, client: Client): Buffer | undefined | Promise<Buffer | undefined>
}

export type Answers = {
  /** The handler of each zone; undefined for a zone whose server block answers nothing. */
  readonly zones: ReadonlyMap<string, Handler | undefined>
  readonly server: string
  readonly names: ClusterNames
  readonly metrics: Metrics
  readonly panics: Value
  readonly log: (line: string) => void
  readonly now: () => number
}

/** Answers bytes with bytes. What was answered before, and nothing has changed, is said again without being worked out. */
export function answering({zones, server, names, metrics, panics, log, now}: Answers): Answering {
  const said = new Map<string, Said>()

  const ask: Handler = (query, client) => {
    const {name, type, class: kind} = query.question
    const handler = kind === internet ? routeTo(zones, name.toLowerCase(), type) : undefined
    if (handler) return handler(query, client)
    const reply = bare(rcodes.REFUSED, '')
    countRequest({metrics, server, zone: 'dropped', query, client, reply})(0)
    return reply
  }

  const guarded: Handler = (query, client) => {
    const failed = (error: unknown): Reply => {
      panics.count += 1
      log(`[ERROR] Recovered from panic in server: "${server}" ${error instanceof Error ? error.stack : error}`)
      return bare(rcodes.SERVFAIL, '')
    }
    try {
      const answer: Answer = ask(query, client)
      return answer instanceof Promise ? answer.catch(failed) : answer
    } catch (error) {
      return failed(error)
    }
  }

  const keep = (key: string, bytes: Buffer, {until = 0, again, ages}: Reply): Buffer => {
    if (until > 0 && key !== '') {
      if (said.size >= mostSaid) said.clear()
      said.set(key, {
        bytes,
        until,
        generation: names.generation,
        again,
        ...(ages && {ages: {...ages, places: ttlPlaces(bytes)}}),
      })
    }
    return bytes
  }

  return {
    ask,
    answer: (bytes, client) => {
      const key = keyOf(bytes, client)
      const known = said.get(key)
      const time = known ? now() : 0
      if (known && known.generation === names.generation && time < known.until) {
        known.again?.()
        return repeated(known, bytes, time)
      }
      const accepted = accept(bytes)
      if (accepted === 'nothing') return undefined
      if ('refusal' in accepted) return accepted.refusal
      const {query} = accepted
      if (query.edns && query.edns.version !== 0 && query.question.class === internet) return badVersion(query)
      const reply = guarded(query, client)
      if (reply instanceof Promise) return reply.then(late => finish(query, client, late))
      return keep(key, finish(query, client, reply), reply)
    },
  }
}

const internet = 1

type Said = {
  readonly bytes: Buffer
  /** In milliseconds since 1970. */
  readonly until: number
  readonly generation: number
  readonly again: (() => void) | undefined
  readonly ages?: Ages & {readonly places: readonly number[]}
}

/* So many answers are remembered, of a few hundred bytes each. */
const mostSaid = 20_000

/* All that an answer depends on: the query but for its number, and by which way it came. */
function keyOf(bytes: Buffer, {protocol, address}: Client): string {
  if (bytes.length > 512) return ''
  return `${protocol === 'udp' ? 'u' : 't'}${address.includes(':') ? '6' : '4'}${bytes.toString('latin1', 2)}`
}

function repeated({bytes: answer, ages}: Said, query: Buffer, time: number): Buffer {
  const bytes = Buffer.from(answer)
  bytes[0] = query[0] ?? 0
  bytes[1] = query[1] ?? 0
  if (ages) {
    const left = ages.seconds - Math.floor((time - ages.since) / 1000)
    for (const place of ages.places) bytes.writeUInt32BE(left, place)
  }
  return bytes
}
