import type {Exchange} from '../../../src/dns/upstream.ts'
import {typeName} from '../../../src/dns/wire/codes.ts'
import {readMessage} from '../../../src/dns/wire/read-message.ts'
import type {ResourceRecord} from '../../../src/dns/wire/record.ts'
import {writeMessage} from '../../../src/dns/wire/write-message.ts'

/** Another server that knows what it is told to know, and denies all else; `asked` is what it was asked. */
export function otherServer(known: Readonly<Record<string, readonly ResourceRecord[]>>): {
  exchange: Exchange
  asked: string[]
} {
  const asked: string[] = []
  return {
    asked,
    exchange: async ({bytes, to, protocol}) => {
      const query = readMessage(bytes)
      const {name = '', type = 0} = query.question ?? {}
      asked.push(`${protocol} ${to.address}:${to.port} ${typeName(type)} ${name}`)
      const answers = known[`${typeName(type)} ${name.toLowerCase()}`]
      const soa: ResourceRecord = {
        ...{name: 'example.com.', ttl: 60, type: 'SOA', primary: 'ns.example.com.', mailbox: 'root.example.com.'},
        ...{serial: 1, refresh: 2, retry: 3, expire: 4, minimum: 60},
      }
      const said = {...query, response: true, recursionAvailable: true, rcode: answers ? 0 : 3}
      return writeMessage({...said, answers: answers ?? [], authorities: answers ? [] : [soa]})
    },
  }
}

/** What it may know. */
export const www: ResourceRecord = {name: 'www.example.com.', ttl: 300, type: 'A', address: '203.0.113.80'}
