import {labelsOf} from './name.ts'
import type {Edns, Question, ResourceRecord} from './record.ts'

/** How long a message is when none of its names is shortened; logs and metrics count so. */
export function lengthOf(message: {
  readonly question?: Question
  readonly answers: readonly ResourceRecord[]
  readonly authorities: readonly ResourceRecord[]
  readonly additionals: readonly ResourceRecord[]
  readonly edns?: Edns
}): number {
  const {question, answers, authorities, additionals, edns} = message
  let length = 12 + (question ? nameLength(question.name) + 4 : 0)
  for (const records of [answers, authorities, additionals])
    for (const record of records) length += nameLength(record.name) + 10 + dataLength(record)
  return length + (edns ? edns.options.reduce((sum, {bytes}) => sum + 4 + bytes.length, 11) : 0)
}

function nameLength(name: string): number {
  if (name === '.') return 1
  if (name.includes('\\')) return labelsOf(name).reduce((sum, label) => sum + label.length + 1, 1)
  return name.length + (name.endsWith('.') ? 1 : 2)
}

function dataLength(record: ResourceRecord): number {
  switch (record.type) {
    case 'A':
      return 4
    case 'AAAA':
      return ipv6Length
    case 'CNAME':
    case 'NS':
    case 'PTR':
    case 'DNAME':
      return nameLength(record.target)
    case 'MX':
      return 2 + nameLength(record.target)
    case 'SRV':
      return 6 + nameLength(record.target)
    case 'TXT':
      return record.strings.reduce((sum, text) => sum + text.length + 1, 0)
    case 'HINFO':
      return record.cpu.length + record.os.length + 2
    case 'SOA':
      return nameLength(record.primary) + nameLength(record.mailbox) + 20
    case 'other':
      return record.bytes.length
  }
}

const ipv6Length = 16
