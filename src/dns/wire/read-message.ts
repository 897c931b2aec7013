import {readName} from './name.ts'
import {readRecord} from './read-record.ts'
import type {Edns, EdnsOption, Flags, Message, Question, ResourceRecord} from './record.ts'
import {WireError} from './wire-error.ts'

/**
 * Reads a whole message; throws WireError for one that is none. As miekg's library, which CoreDNS is made with, it forgives counts that
 * promise more records than there are, when the message ends just there, and bytes after the last record.
 */
export function readMessage(bytes: Buffer): Message {
  const header = readHeader(bytes)
  const {question, end} = readQuestion(bytes, header.questions)
  const sections = [header.answers, header.authorities, header.additionals]
  let at = end
  let edns: ReturnType<typeof ednsOf> | undefined
  const [answers = [], authorities = [], additionals = []] = sections.map(count => {
    const records: ResourceRecord[] = []
    for (let left = count; left > 0 && at < bytes.length; left--) {
      const {record, type, data, end} = readRecord(bytes, at)
      at = end
      if (type === optType) edns ??= ednsOf(record, data)
      else records.push(record)
    }
    return records
  })
  const {id, response, flags, rcode} = header
  return {
    id,
    response,
    ...flags,
    rcode: edns ? (edns.upperRcode << 4) | rcode : rcode,
    ...(question && {question}),
    answers,
    authorities,
    additionals,
    ...(edns && {edns: edns.edns}),
  }
}

export type Header = {
  readonly id: number
  readonly response: boolean
  readonly flags: Flags
  readonly rcode: number
  readonly questions: number
  readonly answers: number
  readonly authorities: number
  readonly additionals: number
}

export function readHeader(bytes: Buffer): Header {
  if (bytes.length < 12) throw new WireError('a message is shorter than its header')
  const bits = bytes.readUInt16BE(2)
  return {
    id: bytes.readUInt16BE(0),
    response: (bits & 0x8000) !== 0,
    flags: {
      opcode: (bits >> 11) & 15,
      authoritative: (bits & 0x400) !== 0,
      truncated: (bits & 0x200) !== 0,
      recursionDesired: (bits & 0x100) !== 0,
      recursionAvailable: (bits & 0x80) !== 0,
      authenticated: (bits & 0x20) !== 0,
      checkingDisabled: (bits & 0x10) !== 0,
    },
    rcode: bits & 15,
    questions: bytes.readUInt16BE(4),
    answers: bytes.readUInt16BE(6),
    authorities: bytes.readUInt16BE(8),
    additionals: bytes.readUInt16BE(10),
  }
}

/** The one question of a message, from its twelfth byte on. */
export function readQuestion(bytes: Buffer, count: number): {readonly question?: Question; readonly end: number} {
  if (count === 0) return {end: 12}
  if (count > 1) throw new WireError('a message has more than one question')
  const {name, end} = readName(bytes, 12)
  if (end + 4 > bytes.length) throw new WireError('a question is cut off')
  return {question: {name, type: bytes.readUInt16BE(end), class: bytes.readUInt16BE(end + 2)}, end: end + 4}
}

const optType = 41

/* An OPT record's class is a size; its time to live is the upper half of the answer's code, a version, and flags. */
function ednsOf({class: size = 1, ttl}: ResourceRecord, data: Buffer): {edns: Edns; upperRcode: number} {
  const version = (ttl >>> 16) & 255
  return {edns: {size, version, dnssec: (ttl & 0x8000) !== 0, options: optionsOf(data)}, upperRcode: ttl >>> 24}
}

function optionsOf(data: Buffer): EdnsOption[] {
  const options: EdnsOption[] = []
  for (let at = 0; at < data.length; ) {
    const end = at + 4 <= data.length ? at + 4 + data.readUInt16BE(at + 2) : Number.POSITIVE_INFINITY
    if (end > data.length) throw new WireError('an EDNS option is cut off')
    const option = {code: data.readUInt16BE(at), bytes: data.subarray(at + 4, end)}
    const {[option.code]: lengths} = optionLengths
    if (lengths && !lengths.includes(option.bytes.length)) throw new WireError('an EDNS option has the wrong length')
    options.push(option)
    at = end
  }
  return options
}

/* How long EXPIRE and TCP keep-alive may be: asked, and answered. */
const optionLengths: Readonly<Record<number, readonly number[]>> = {9: [0, 4], 11: [0, 2]}
