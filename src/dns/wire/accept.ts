import {rcodes} from './codes.ts'
import {readHeader, readMessage, readQuestion} from './read-message.ts'
import type {Flags, Message, Question} from './record.ts'
import {WireError} from './wire-error.ts'
import {writeMessage} from './write-message.ts'

/** A message with one question, which wants an answer. */
export type Query = Message & {readonly question: Question}

export type Accepted = {readonly query: Query} | {readonly refusal: Buffer} | 'nothing'

/**
 * What to do with bytes that came: answer a query, refuse what is malformed in as few bytes as can be, or nothing at all. What is shorter
 * than a header or is itself an answer gets nothing, or two servers could be set to talk to each other for ever.
 */
export function accept(bytes: Buffer): Accepted {
  if (bytes.length < 12) return 'nothing'
  const header = readHeader(bytes)
  if (header.response) return 'nothing'
  const {opcode} = header.flags
  if (opcode !== query && opcode !== notify) return {refusal: refusal(bytes, rcodes.NOTIMP, opcode)}
  const {questions, answers, authorities, additionals} = header
  if (questions !== 1 || answers > 1 || authorities > 1 || additionals > 2)
    return {refusal: refusal(bytes, rcodes.FORMERR)}
  try {
    const message = readMessage(bytes)
    const {question} = message
    return question ? {query: {...message, question}} : {refusal: refusal(bytes, rcodes.FORMERR)}
  } catch (error) {
    if (error instanceof WireError) return {refusal: refusal(bytes, rcodes.FORMERR, query, questionOf(bytes))}
    throw error
  }
}

const query = 0
const notify = 4

function refusal(bytes: Buffer, rcode: number, opcode = query, question?: Question): Buffer {
  const {id, flags} = readHeader(bytes)
  const reply: Flags = {...flags, opcode, authoritative: false}
  return writeMessage({
    id,
    response: true,
    ...reply,
    rcode,
    ...(question && {question}),
    answers: [],
    authorities: [],
    additionals: [],
  })
}

/* The question of a message that is broken behind it. */
function questionOf(bytes: Buffer): Question | undefined {
  try {
    return readQuestion(bytes, 1).question
  } catch (error) {
    if (error instanceof WireError) return undefined
    throw error
  }
}
