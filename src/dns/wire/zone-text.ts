import {className, typeName} from './codes.ts'
import type {ResourceRecord} from './record.ts'

/** A record as a line of a zone file: `kubia.default.svc.cluster.local. 30 IN A 10.96.77.7`. */
export function printRecord(record: ResourceRecord): string {
  const type = record.type === 'other' ? typeName(record.number) : record.type
  return `${record.name} ${record.ttl} ${className(record.class ?? 1)} ${type} ${printData(record)}`
}

function printData(record: ResourceRecord): string {
  switch (record.type) {
    case 'A':
    case 'AAAA':
      return record.address
    case 'CNAME':
    case 'NS':
    case 'PTR':
    case 'DNAME':
      return record.target
    case 'SRV':
      return `${record.priority} ${record.weight} ${record.port} ${record.target}`
    case 'MX':
      return `${record.preference} ${record.target}`
    case 'TXT':
      return record.strings.map(quoted).join(' ')
    case 'HINFO':
      return `${quoted(record.cpu)} ${quoted(record.os)}`
    case 'SOA': {
      const {primary, mailbox, serial, refresh, retry, expire, minimum} = record
      return `${primary} ${mailbox} ${serial} ${refresh} ${retry} ${expire} ${minimum}`
    }
    case 'other':
      return `\\# ${record.bytes.length}${record.bytes.length > 0 ? ` ${record.bytes.toString('hex')}` : ''}`
  }
}

function quoted(text: string): string {
  const inside = text.replace(/["\\]|[^ -~]/g, letter =>
    letter === '"' || letter === '\\' ? `\\${letter}` : `\\${String(letter.charCodeAt(0)).padStart(3, '0')}`,
  )
  return `"${inside}"`
}
