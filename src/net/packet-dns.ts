import {ipOf} from './ip.ts'
import type {Dns, Packet} from './packet.ts'
import {ipv6At} from './packet-bytes.ts'

/** Reads a DNS message; undefined for anything that is not one through and through. */
export function dissectDns(bytes: Buffer): Packet | undefined {
  try {
    return [readMessage(bytes)]
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function readMessage(bytes: Buffer): Dns {
  const flags = bytes.readUInt16BE(2)
  const questions = bytes.readUInt16BE(4)
  const count = bytes.readUInt16BE(6)
  if (questions > 1) throw new RangeError('a message has one question')
  let at = 12
  const next = <T>({value, end}: {value: T; end: number}): T => {
    at = end
    return value
  }
  const question = questions === 1 ? next(readQuestion(bytes, at)) : undefined
  const answers = Array.from({length: count}, () => next(readRecord(bytes, at)))
  const isResponse = (flags & 0x8000) !== 0
  return {
    layer: 'dns',
    id: bytes.readUInt16BE(0),
    ...(question && {question}),
    ...(isResponse && {response: {code: codes[flags & 15] ?? `code ${flags & 15}`, answers}}),
  }
}

const codes = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED']
const types: Readonly<Record<number, string>> = {
  1: 'A',
  2: 'NS',
  5: 'CNAME',
  6: 'SOA',
  12: 'PTR',
  15: 'MX',
  16: 'TXT',
  28: 'AAAA',
  33: 'SRV',
  65: 'HTTPS',
}

type Read<T> = {readonly value: T; readonly end: number}

function readQuestion(bytes: Buffer, at: number): Read<{name: string; type: string}> {
  const name = readName(bytes, at)
  const type = bytes.readUInt16BE(name.end)
  bytes.readUInt16BE(name.end + 2)
  return {value: {name: name.value, type: types[type] ?? `TYPE${type}`}, end: name.end + 4}
}

/* An answer as text: an address, or another name; of other types the type alone. */
function readRecord(bytes: Buffer, at: number): Read<string> {
  const {end: after} = readName(bytes, at)
  const type = bytes.readUInt16BE(after)
  const data = after + 10
  const end = data + bytes.readUInt16BE(after + 8)
  if (end > bytes.length) throw new RangeError('a record is cut off')
  return {value: recordText(bytes, {type, data}), end}
}

function recordText(bytes: Buffer, {type, data}: {type: number; data: number}): string {
  switch (types[type]) {
    case 'A':
      return ipOf(bytes.readUInt32BE(data))
    case 'AAAA':
      return ipv6At(bytes, data)
    case 'CNAME':
    case 'PTR':
    case 'NS':
      return readName(bytes, data).value
    case 'SRV':
      return `${readName(bytes, data + 6).value}:${bytes.readUInt16BE(data + 4)}`
    default:
      return types[type] ?? `TYPE${type}`
  }
}

/* Names share their ends: two set bits say "and so on from there", always further back, so that it ends. */
function readName(bytes: Buffer, start: number): Read<string> {
  const labels: string[] = []
  let at = start
  let end: number | undefined
  let limit = start
  for (;;) {
    const length = bytes.readUInt8(at)
    if (length === 0) return {value: `${labels.join('.')}.`, end: end ?? at + 1}
    if (length >= 0xc0) {
      end ??= at + 2
      at = bytes.readUInt16BE(at) & 0x3fff
      if (at >= limit) throw new RangeError('a name points forwards')
      limit = at
    } else {
      if (length > 63 || at + 1 + length > bytes.length) throw new RangeError('a label is too long')
      labels.push(printable(bytes.toString('latin1', at + 1, at + 1 + length)))
      at += 1 + length
    }
  }
}

/* What a name holds may be anything; a terminal must not obey it. */
function printable(label: string): string {
  return label.replace(/[^!-~]/g, letter => `\\${String(letter.charCodeAt(0)).padStart(3, '0')}`)
}
