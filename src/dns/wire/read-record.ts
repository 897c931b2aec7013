import {ipv6At} from '../../net/packet-bytes.ts'
import {typeName} from './codes.ts'
import {readName} from './name.ts'
import type {RecordData, ResourceRecord} from './record.ts'
import {WireError} from './wire-error.ts'

export type RecordAt = {
  readonly record: ResourceRecord
  /** As the message has it: an OPT record uses class and time to live for something else. */
  readonly type: number
  readonly data: Buffer
  readonly end: number
}

/** Reads a record of a message; throws WireError for one that is cut off or whose data is not what its type says. */
export function readRecord(bytes: Buffer, start: number): RecordAt {
  const {name, end: at} = readName(bytes, start)
  if (at + 10 > bytes.length) throw new WireError('a record is cut off')
  const type = bytes.readUInt16BE(at)
  const data = at + 10
  const end = data + bytes.readUInt16BE(at + 8)
  if (end > bytes.length) throw new WireError('a record is cut off')
  const kind = bytes.readUInt16BE(at + 2)
  const record = {
    name,
    ttl: bytes.readUInt32BE(at + 4),
    ...(kind !== 1 && {class: kind}),
    ...dataOf(bytes, {type, data, end}),
  }
  return {record, type, data: bytes.subarray(data, end), end}
}

type Place = {readonly type: number; readonly data: number; readonly end: number}

function dataOf(bytes: Buffer, {type, data, end}: Place): RecordData {
  const size = end - data
  const name = typeName(type)
  switch (name) {
    case 'A':
      need(size === 4, name)
      return {type: name, address: `${bytes[data]}.${bytes[data + 1]}.${bytes[data + 2]}.${bytes[data + 3]}`}
    case 'AAAA':
      need(size === 16, name)
      return {type: name, address: ipv6At(bytes, data)}
    case 'CNAME':
    case 'NS':
    case 'PTR':
    case 'DNAME':
      return {type: name, target: nameTo(bytes, data, end)}
    case 'MX':
      need(size > 2, name)
      return {type: name, preference: bytes.readUInt16BE(data), target: nameTo(bytes, data + 2, end)}
    case 'SRV':
      need(size > 6, name)
      return {
        type: name,
        priority: bytes.readUInt16BE(data),
        weight: bytes.readUInt16BE(data + 2),
        port: bytes.readUInt16BE(data + 4),
        target: nameTo(bytes, data + 6, end),
      }
    case 'TXT':
      return {type: name, strings: stringsOf(bytes, data, end)}
    case 'HINFO': {
      const [cpu = '', os = ''] = stringsOf(bytes, data, end)
      return {type: name, cpu, os}
    }
    case 'SOA':
      return soaOf(bytes, data, end)
    default:
      return {type: 'other', number: type, bytes: bytes.subarray(data, end)}
  }
}

function need(good: boolean, type: string): void {
  if (!good) throw new WireError(`the data of an ${type} record has the wrong length`)
}

function nameTo(bytes: Buffer, start: number, end: number): string {
  const {name, end: after} = readName(bytes, start)
  if (after !== end) throw new WireError('a name is not as long as the record that holds it')
  return name
}

function stringsOf(bytes: Buffer, start: number, end: number): string[] {
  const strings: string[] = []
  for (let at = start; at < end; ) {
    const length = bytes[at] ?? 0
    if (at + 1 + length > end) throw new WireError('a string is longer than the record that holds it')
    strings.push(bytes.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  return strings
}

function soaOf(bytes: Buffer, start: number, end: number): RecordData {
  const primary = readName(bytes, start)
  const mailbox = readName(bytes, primary.end)
  const at = mailbox.end
  if (at + 20 !== end) throw new WireError('the data of an SOA record has the wrong length')
  return {
    type: 'SOA',
    primary: primary.name,
    mailbox: mailbox.name,
    serial: bytes.readUInt32BE(at),
    refresh: bytes.readUInt32BE(at + 4),
    retry: bytes.readUInt32BE(at + 8),
    expire: bytes.readUInt32BE(at + 12),
    minimum: bytes.readUInt32BE(at + 16),
  }
}
