import type {Client} from '../../src/dns/plugin.ts'
import {createDnsServer, type DnsServer, type DnsServerOptions} from '../../src/dns/server.ts'
import {rcodeName, typeNumber} from '../../src/dns/wire/codes.ts'
import {queryFor} from '../../src/dns/wire/query.ts'
import {readMessage} from '../../src/dns/wire/read-message.ts'
import type {Edns, Message} from '../../src/dns/wire/record.ts'
import {writeMessage} from '../../src/dns/wire/write-message.ts'
import {printRecord} from '../../src/dns/wire/zone-text.ts'
import {fixtureView} from './_fixture.ts'

export type Wanted = {readonly name: string; readonly type: string; readonly class?: number; readonly edns?: Edns}

/** The bytes of a question. */
export function queryBytes({name, type, class: kind = 1, edns}: Wanted, id = 4711): Buffer {
  return writeMessage({
    ...queryFor({name, type: typeNumber(type) ?? 0, class: kind}, id),
    ...(edns && {edns}),
  })
}

export const udpClient: Client = {address: '172.17.12.9', port: 40_000, protocol: 'udp'}
export const tcpClient: Client = {...udpClient, protocol: 'tcp'}

/** A server for tests: the fixture, a clock that stands, and no other servers. */
export function testServer(options: Partial<DnsServerOptions> & {corefile: string}): DnsServer {
  return createDnsServer({
    view: fixtureView(),
    exchange: () => Promise.reject(new Error('no other servers here')),
    log: () => undefined,
    now: () => 1_800_000_000_000,
    random: () => 0,
    ...options,
  })
}

/** Asks by way of bytes, and reads the answer. */
export async function ask(server: DnsServer, wanted: Wanted, client: Client = udpClient, port = 53): Promise<Message> {
  const bytes = await server.answer(queryBytes(wanted), client, port)
  if (!bytes) throw new Error(`no answer to ${wanted.type} ${wanted.name}`)
  return readMessage(bytes)
}

/**
 * An answer as text: its code unless that is NOERROR with records, then its records; those of the authority section after `!`, the additional
 * ones after `+`. Their order says nothing, and the serial of a zone is left out.
 */
export function printAnswer({rcode, answers, authorities, additionals}: Message): string {
  const lines = (mark: string, records: Message['answers']) =>
    records.map(record => `${mark}${printRecord(record)}`.replace(/(SOA \S+ \S+) \d+/, '$1 SERIAL')).toSorted()
  const code = rcode === 0 && answers.length > 0 ? [] : [rcodeName(rcode)]
  return [...code, ...lines('', answers), ...lines('! ', authorities), ...lines('+ ', additionals)].join('\n')
}
