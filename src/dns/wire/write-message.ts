import {typeNumber} from './codes.ts'
import type {Edns, Flags, Message, ResourceRecord} from './record.ts'
import {Writer} from './writer.ts'

/**
 * The bytes of a message, at most so many. Names are shortened by pointers only where it would be longer than `plainUpTo` otherwise, as CoreDNS does
 * it; what does not fit then is left out, last first, and the message says that it is truncated.
 */
export function writeMessage(message: Message, most = 65_535, plainUpTo = most): Buffer {
  const plain = new Writer(Math.min(most, plainUpTo), false)
  if (writeAll(plain, message)) return plain.done()
  return writeWhatFits(new Writer(most, true), message)
}

function writeAll(writer: Writer, message: Message): boolean {
  writeHeader(writer, message)
  const {question} = message
  if (question && !writer.question(question)) return false
  const sections = [message.answers, message.authorities, message.additionals]
  for (const [index, records] of sections.entries()) {
    for (const record of records) if (!writer.whole(() => writeRecord(writer, record))) return false
    writer.patch16(6 + index * 2, records.length)
  }
  return message.edns === undefined || addEdns(writer, message.edns, message)
}

function writeWhatFits(writer: Writer, message: Message): Buffer {
  writeHeader(writer, message)
  if (message.question) writer.question(message.question)
  writer.reserve(message.edns ? sizeOf(message.edns) : 0)
  let cut = false
  const sections = [message.answers, message.authorities, message.additionals]
  for (const [index, records] of sections.entries()) {
    let written = 0
    while (!cut && written < records.length) {
      const record = records[written]
      cut = record === undefined || !writer.whole(() => writeRecord(writer, record))
      if (!cut) written += 1
    }
    writer.patch16(6 + index * 2, written)
  }
  writer.reserve(0)
  if (message.edns) addEdns(writer, message.edns, message)
  if (cut) writer.patch16(2, flagBits({...message, truncated: true}))
  return writer.done()
}

function writeHeader(writer: Writer, message: Message): void {
  writer.u16(message.id)
  writer.u16(flagBits(message))
  writer.u16(message.question ? 1 : 0)
  for (let section = 0; section < 3; section++) writer.u16(0)
}

function flagBits(message: Flags & {readonly response: boolean; readonly rcode: number}): number {
  return (
    (message.response ? 0x8000 : 0) |
    (message.opcode << 11) |
    (message.authoritative ? 0x400 : 0) |
    (message.truncated ? 0x200 : 0) |
    (message.recursionDesired ? 0x100 : 0) |
    (message.recursionAvailable ? 0x80 : 0) |
    (message.authenticated ? 0x20 : 0) |
    (message.checkingDisabled ? 0x10 : 0) |
    (message.rcode & 15)
  )
}

function addEdns(writer: Writer, edns: Edns, {rcode}: Message): boolean {
  const written = writer.whole(() => {
    writer.u8(0)
    writer.u16(41)
    writer.u16(edns.size)
    writer.u32((((rcode >> 4) << 24) | (edns.version << 16) | (edns.dnssec ? 0x8000 : 0)) >>> 0)
    writer.u16(sizeOf(edns) - 11)
    for (const {code, bytes} of edns.options) {
      writer.u16(code)
      writer.u16(bytes.length)
      writer.bytes(bytes)
    }
  })
  if (written) writer.patch16(10, writer.read16(10) + 1)
  return written
}

function sizeOf({options}: Edns): number {
  return options.reduce((size, {bytes}) => size + 4 + bytes.length, 11)
}

function writeRecord(writer: Writer, record: ResourceRecord): void {
  writer.name(record.name)
  writer.u16(record.type === 'other' ? record.number : (typeNumber(record.type) ?? 0))
  writer.u16(record.class ?? 1)
  writer.u32(record.ttl)
  writer.sized(() => writeData(writer, record))
}

/* Names in the data are shortened only in the types of RFC 1035, as RFC 3597 asks. */
function writeData(writer: Writer, record: ResourceRecord): void {
  switch (record.type) {
    case 'A':
      writer.ipv4(record.address)
      return
    case 'AAAA':
      writer.ipv6(record.address)
      return
    case 'CNAME':
    case 'NS':
    case 'PTR':
      writer.name(record.target)
      return
    case 'DNAME':
      writer.name(record.target, 'whole')
      return
    case 'MX':
      writer.u16(record.preference)
      writer.name(record.target)
      return
    case 'SRV':
      writer.u16(record.priority)
      writer.u16(record.weight)
      writer.u16(record.port)
      writer.name(record.target, 'whole')
      return
    case 'TXT':
      for (const text of record.strings) writer.string(text)
      return
    case 'HINFO':
      writer.string(record.cpu)
      writer.string(record.os)
      return
    case 'SOA':
      writer.name(record.primary)
      writer.name(record.mailbox)
      for (const field of ['serial', 'refresh', 'retry', 'expire', 'minimum'] as const) writer.u32(record[field])
      return
    case 'other':
      writer.bytes(record.bytes)
      return
  }
}
