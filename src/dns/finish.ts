import type {Client, Reply} from './plugin.ts'
import type {Query} from './wire/accept.ts'
import {rcodes} from './wire/codes.ts'
import {lengthOf} from './wire/length.ts'
import {readHeader} from './wire/read-message.ts'
import type {Edns, Message} from './wire/record.ts'
import {writeMessage} from './wire/write-message.ts'

/** The bytes of an answer, as long as the client takes them: what it asked is repeated, letter for letter. */
export function finish(query: Query, client: Client, reply: Reply): Buffer {
  return writeMessage(messageOf(query, reply), limitOf(query, client), plainLimit(client))
}

/* A datagram of more bytes may be cut to fragments on its way, of which one is easily lost. */
function plainLimit({protocol, address}: Client): number {
  if (protocol === 'tcp') return 65_535
  return address.includes(':') ? 1220 : 1480
}

/** Whether a client gets less than there is to say. */
export function isCut(query: Query, client: Client, reply: Reply): boolean {
  const mayBe = lengthOf({...reply, question: query.question}) + lengthOf(query) > limitOf(query, client)
  return mayBe && readHeader(finish(query, client, reply)).flags.truncated
}

function messageOf(query: Query, reply: Reply): Message {
  const {rcode, answers, authorities, additionals, authoritative} = reply
  const {truncated = false, recursionAvailable = false, authenticated = false} = reply
  const {id, opcode, recursionDesired, checkingDisabled, question, edns} = query
  return {
    id,
    response: true,
    opcode,
    authoritative,
    truncated,
    recursionDesired,
    recursionAvailable,
    authenticated,
    checkingDisabled,
    rcode,
    question,
    answers,
    authorities,
    additionals,
    ...(edns && {edns: ednsFor(edns)}),
  }
}

function ednsFor({size, dnssec, options}: Edns): Edns {
  return {size, version: 0, dnssec, options: options.filter(({code}) => understood.has(code))}
}

/* The options that are given back: NSID, EXPIRE, COOKIE, TCP keep-alive, padding. */
const understood = new Set([3, 9, 10, 11, 12])

/** A client takes 512 bytes by UDP unless it says that it takes more; TCP carries as much as its length can say. */
export function limitOf({edns}: Query, {protocol}: Client): number {
  if (protocol === 'tcp') return 65_535
  return Math.min(Math.max(edns?.size ?? 512, 512), largestDatagram)
}

const largestDatagram = 65_507

/** The answer to a version of EDNS that nobody knows yet. */
export function badVersion(query: Query): Buffer {
  const reply: Reply = {
    rcode: rcodes.BADVERS,
    answers: [],
    authorities: [],
    additionals: [],
    authoritative: false,
    by: '',
  }
  return writeMessage({...messageOf(query, reply), edns: {size: 0, version: 0, dnssec: false, options: []}})
}
