import {type Ip, ipOf} from '../../net/ip.ts'
import {ip6OfGroups} from '../../net/ip6.ts'
import type {Connection, FlowProtocol} from './flows.ts'

/*
 * What `conntrack` says to the kernel: requests of ctnetlink. A message is a header, a fixed part of four bytes, and attributes (length,
 * type, value), some of which hold attributes again. Headers are little-endian, values are in the order of the network.
 * The constants are those of linux/netfilter/nfnetlink_conntrack.h.
 */

/** A connection that the kernel knows, with the number of its family and the part of its message by which it is named. */
export type Tracked = Connection & {readonly family: number; readonly name: Buffer}

const message = {get: 0x101, delete: 0x102, new: 0x100}
const flag = {request: 1, acknowledge: 4, dump: 0x300}
const [errorType, doneType] = [2, 3]
const anyFamily = 0

/** Asks for all connections, over IPv4 and IPv6. */
export function listRequest(): Buffer {
  return request(message.get, flag.request | flag.dump, {family: anyFamily, attributes: Buffer.alloc(0)})
}

export function deletionRequest({family, name}: Tracked): Buffer {
  return request(message.delete, flag.request | flag.acknowledge, {family, attributes: name})
}

/** One answer's part of the list; `over` with the error's number, which is 0 at the list's end. Undefined when it is none. */
export function readList(bytes: Buffer): {readonly found: readonly Tracked[]; readonly over?: number} | undefined {
  const found: Tracked[] = []
  for (let at = 0; at + 16 <= bytes.length; ) {
    const length = bytes.readUInt32LE(at)
    if (length < 16 || at + length > bytes.length) return undefined
    const type = bytes.readUInt16LE(at + 4)
    if (type === doneType || type === errorType) return {found, over: length >= 20 ? 0 - bytes.readInt32LE(at + 16) : 0}
    if (type === message.new) found.push(...connectionIn(bytes[at + 16] ?? 0, bytes.subarray(at + 20, at + length)))
    at += aligned(length)
  }
  return {found}
}

const attribute = {original: 1, reply: 2, status: 3, id: 12, zone: 18}
const part = {ip: 1, protocol: 2}
const field = {protocolNumber: 1, destinationPort: 3}
const [source, destination] = [
  [1, 3],
  [2, 4],
] // by the two families
const destinationRewritten = 1 << 5
const protocols: Readonly<Record<number, FlowProtocol>> = {6: 'tcp', 17: 'udp', 132: 'sctp'}

/** Protocols without ports are left out. */
function connectionIn(family: number, body: Buffer): Tracked[] {
  const all = attributesIn(body)
  const original = attributesIn(all.get(attribute.original))
  const addresses = attributesIn(original.get(part.ip))
  const transport = attributesIn(original.get(part.protocol))
  const answering = attributesIn(attributesIn(all.get(attribute.reply)).get(part.ip))
  const protocol = protocols[transport.get(field.protocolNumber)?.[0] ?? 0]
  const to = ipIn(addresses, destination)
  const from = ipIn(answering, source)
  if (protocol === undefined || to === undefined) return []
  const isRewritten = ((all.get(attribute.status)?.readUInt32BE() ?? 0) & destinationRewritten) !== 0
  return [
    {
      ...{family, protocol, to, port: transport.get(field.destinationPort)?.readUInt16BE() ?? 0},
      ...(isRewritten && from !== undefined && {nattedTo: from}),
      name: Buffer.concat(
        rawAttributes(body)
          .filter(({type}) => type === attribute.original || type === attribute.zone || type === attribute.id)
          .map(({raw}) => raw),
      ),
    },
  ]
}

function ipIn(addresses: ReadonlyMap<number, Buffer>, types: readonly number[] = []): Ip | undefined {
  const value = types.map(type => addresses.get(type)).find(found => found !== undefined)
  if (value?.length === 16) return ip6OfGroups(Array.from({length: 8}, (_, at) => value.readUInt16BE(2 * at)))
  return value?.length === 4 ? ipOf(value.readUInt32BE()) : undefined
}

function attributesIn(body: Buffer | undefined): ReadonlyMap<number, Buffer> {
  return new Map(rawAttributes(body).map(({type, value}) => [type, value]))
}

type RawAttribute = {readonly type: number; readonly value: Buffer; readonly raw: Buffer}

/** The two upper bits of a type say how its value is to be read, not what it is. */
function rawAttributes(body: Buffer | undefined): RawAttribute[] {
  const all: RawAttribute[] = []
  if (body === undefined) return all
  for (let at = 0; at + 4 <= body.length; ) {
    const length = body.readUInt16LE(at)
    if (length < 4 || at + length > body.length) break
    const value = body.subarray(at + 4, at + length)
    all.push({type: body.readUInt16LE(at + 2) & 0x3fff, value, raw: body.subarray(at, at + aligned(length))})
    at += aligned(length)
  }
  return all
}

function aligned(length: number): number {
  return Math.ceil(length / 4) * 4
}

function request(
  type: number,
  flags: number,
  {family, attributes}: {readonly family: number; readonly attributes: Buffer},
): Buffer {
  const head = Buffer.alloc(20)
  head.writeUInt32LE(head.length + attributes.length, 0)
  head.writeUInt16LE(type, 4)
  head.writeUInt16LE(flags, 6)
  head[16] = family
  return Buffer.concat([head, attributes])
}
