import {Reader} from 'protobufjs/minimal.js'
import {type Field, groupOf, type Message, messageNamed} from './messages.ts'
import {readScalar} from './scalars.ts'

/*
 * kubectl 1.32 writes some requests in Protocol Buffers and has no other way: `k8s\0`, then an envelope that names apiVersion and
 * kind and carries the object's own message. What comes out here is the object as JSON would have brought it. Answers may be JSON.
 */

/** A body that is no Kubernetes object in Protocol Buffers. */
export class ProtobufError extends Error {
  override readonly name = 'ProtobufError'
}

const magic = [0x6b, 0x38, 0x73, 0x00]

/** The object in the body, with its apiVersion and kind; throws ProtobufError. */
export function decodeProtobuf(body: Uint8Array): Readonly<Record<string, unknown>> {
  if (!magic.every((byte, index) => body[index] === byte))
    throw new ProtobufError('provided data does not appear to be a protobuf message, expected prefix "k8s\\x00"')
  try {
    const {apiVersion, kind, raw} = readEnvelope(body.subarray(magic.length))
    const message = messageOf(apiVersion, kind)
    return {apiVersion, kind, ...(readMessage(Reader.create(raw), message) as Record<string, unknown>)}
  } catch (error) {
    if (error instanceof ProtobufError) throw error
    throw new ProtobufError(`the body cannot be decoded: ${(error as Error).message}`, {cause: error})
  }
}

function readEnvelope(bytes: Uint8Array): {apiVersion: string; kind: string; raw: Uint8Array} {
  const envelope = readMessage(Reader.create(bytes), envelopeMessage) as {
    typeMeta?: {apiVersion?: string; kind?: string}
    raw?: string
  }
  const {apiVersion = '', kind = ''} = envelope.typeMeta ?? {}
  return {apiVersion, kind, raw: Buffer.from(envelope.raw ?? '', 'base64')}
}

const typeMeta: Message = new Map([
  [1, {name: 'apiVersion', type: 'string', many: 'one', optional: false}],
  [2, {name: 'kind', type: 'string', many: 'one', optional: false}],
])

const envelopeMessage: Message = new Map<number, Field>([
  [1, {name: 'typeMeta', type: 'message', message: '', many: 'one', optional: false}],
  [2, {name: 'raw', type: 'bytes', many: 'one', optional: false}],
])

/** Options and deletions are the same in every group. */
function messageOf(apiVersion: string, kind: string): Message {
  const group = groupOf(apiVersion)
  const found = (group && messageNamed(group, kind)) || messageNamed('meta', kind)
  if (found) return found
  throw new ProtobufError(`no kind "${kind}" is registered for version "${apiVersion}" in Protocol Buffers`)
}

/** The object of a message: an unknown number is passed over, as a field of a later version would be. */
function readMessage(reader: Reader, message: Message): unknown {
  const object: Record<string, unknown> = {}
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    const field = message.get(tag >>> 3)
    if (field) readField(reader, {field, wire: tag & 7, object})
    else reader.skipType(tag & 7)
  }
  return '*' in object ? object['*'] : object
}

type Place = {readonly field: Field; readonly wire: number; readonly object: Record<string, unknown>}

function readField(reader: Reader, {field, wire, object}: Place): void {
  switch (field.many) {
    case 'map':
      readEntry(reader, {field, wire, object})
      return
    case 'list': {
      object[field.name] ??= []
      const list = object[field.name] as unknown[]
      if (wire === packed && field.type === 'int') list.push(...readPacked(reader))
      else list.push(readOne(reader, field, wire))
      return
    }
    case 'one': {
      const value = readOne(reader, field, wire)
      if (field.name === '+') Object.assign(object, value)
      else if (field.optional || !isZero(value)) object[field.name] = value
    }
  }
}

/** A list of numbers may be written in one piece. */
const packed = 2

function readPacked(reader: Reader): readonly number[] {
  const end = reader.uint32() + reader.pos
  if (end > reader.len) throw new ProtobufError('the body ends within a list')
  const numbers: number[] = []
  while (reader.pos < end) numbers.push(Number(reader.int64()))
  return numbers
}

/** Maps are lists of messages with a key and a value. */
function readEntry(reader: Reader, {field, wire, object}: Place): void {
  const entry: Message = new Map<number, Field>([
    [1, {name: 'key', type: 'string', many: 'one', optional: true}],
    [2, {...field, name: 'value', many: 'one', optional: true}],
  ])
  const {key = '', value = emptyOf(field)} = readMessage(part(reader, wire), entry) as {key?: string; value?: unknown}
  object[field.name] ??= {}
  // A key may be `__proto__`: it must be a key like any other.
  Object.defineProperty(object[field.name], key, {value, enumerable: true, configurable: true, writable: true})
}

function emptyOf({type}: Field): unknown {
  return type === 'message' ? {} : type === 'int' ? 0 : ''
}

function readOne(reader: Reader, field: Field, wire: number): unknown {
  if (field.type !== 'message') return readScalar(reader, field.type, wire)
  const [group = '', name = ''] = field.message.split('.')
  const message = field.message === '' ? typeMeta : messageNamed(group, name)
  if (message === undefined) throw new ProtobufError(`the table of messages lacks ${field.message}`)
  return readMessage(part(reader, wire), message)
}

/** The next length and so many bytes, to be read by themselves. */
function part(reader: Reader, wire: number): Reader {
  if (wire !== packed) throw new ProtobufError(`a message was expected, not wire type ${wire}`)
  return Reader.create(reader.bytes())
}

function isZero(value: unknown): boolean {
  return value === '' || value === 0 || value === false
}
