import type {Dns} from '../../../net/packet.ts'
import type {Door, Sighting} from './sightings.ts'

/** One query of a resolver, and what became of it. */
export type Query = {
  /** When it was sent first, in milliseconds since 1970. */
  readonly at: number
  readonly name: string
  readonly type: string
  /** Whom the resolver asked. */
  readonly asked: Door
  /** How often it was sent: a resolver asks again when no answer comes. */
  readonly sent: number
  /** The DNS pod that it came to. */
  readonly server?: {readonly place: string; readonly at: number}
  /** Whom that pod asked in turn, and what it was told. */
  readonly forwarded?: {readonly to: string; readonly said?: NonNullable<Dns['response']>}
  readonly answer?: {readonly at: number; readonly from: Door; readonly said: NonNullable<Dns['response']>}
}

/**
 * The queries that left a client, in their order, each with those sightings elsewhere that belong to it. A query and its answer have an id
 * in common; NAT changes addresses and ports on the way, but not the id and the question.
 */
export function queriesOf(client: string, sightings: readonly Sighting[]): readonly Query[] {
  const own = sightings.filter(({place}) => place === client)
  const asked = own.filter(({direction, message}) => direction === 'out' && !message.response && message.question)
  const groups = Map.groupBy(asked, ({message, from, to}) => [keyOf(message), from.port, to.ip, to.port].join(' '))
  return [...groups.values()].flatMap(same => {
    const [first] = same
    if (!first?.message.question) return []
    const {message, from, to, at} = first
    const reply = own.find(
      one => one.direction === 'in' && one.to.port === from.port && isAnswerTo(one, message) && one.at >= at,
    )
    const elsewhere = sightings.filter(one => one.place !== client && one.at >= at)
    const arrival = elsewhere.find(one => one.direction === 'in' && !one.message.response && isSame(one, message))
    return [
      {
        ...{at, name: first.message.question.name, type: first.message.question.type, asked: to, sent: same.length},
        ...(arrival && {server: {place: arrival.place, at: arrival.at}}),
        ...forwardedBy(arrival, elsewhere),
        ...(reply?.message.response && {answer: {at: reply.at, from: reply.from, said: reply.message.response}}),
      },
    ]
  })
}

/* A server that asks on uses an id of its own: the question is what tells. */
function forwardedBy(arrival: Sighting | undefined, elsewhere: readonly Sighting[]): Pick<Query, 'forwarded'> {
  if (!arrival) return {}
  const there = elsewhere.filter(one => one.place === arrival.place && one.at >= arrival.at)
  const on = there.find(
    one => one.direction === 'out' && !one.message.response && isSameQuestion(one.message, arrival.message),
  )
  if (!on) return {}
  const back = there.find(one => one.direction === 'in' && one.to.port === on.from.port && isAnswerTo(one, on.message))
  return {forwarded: {to: on.to.ip, ...(back?.message.response && {said: back.message.response})}}
}

function isSame({message}: Sighting, asked: Dns): boolean {
  return keyOf(message) === keyOf(asked)
}

function isAnswerTo({message}: Sighting, asked: Dns): boolean {
  return message.response !== undefined && message.id === asked.id && isSameQuestion(message, asked)
}

function isSameQuestion({question: one}: Dns, {question: other}: Dns): boolean {
  return one?.name.toLowerCase() === other?.name.toLowerCase() && one?.type === other?.type
}

function keyOf({id, question}: Dns): string {
  return `${id} ${question?.name} ${question?.type}`
}
