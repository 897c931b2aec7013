import {Reader} from 'protobufjs/minimal.js'
import type {Scalar} from './messages.ts'

/** The value of a field that is no message of its own, as JSON writes it. Throws when the wire carries something else. */
export function readScalar(reader: Reader, type: Scalar, wire: number): unknown {
  if (wire !== wireOf[type]) throw new Error(`wire type ${wire} in place of ${type}`)
  switch (type) {
    case 'string':
      return reader.string()
    case 'bool':
      return reader.bool()
    case 'int':
      return Number(reader.int64())
    case 'float':
      return reader.double()
    case 'bytes':
      return Buffer.from(reader.bytes()).toString('base64')
    case 'duration':
      return durationText(numbers(reader.bytes())[1] ?? 0)
    case 'time':
    case 'microTime':
      return timeText(numbers(reader.bytes()), type)
    case 'quantity':
      return texts(reader.bytes())[1] ?? '0'
    case 'intOrString':
      return intOrString(reader.bytes())
    case 'fields':
    case 'raw':
      return JSON.parse(texts(reader.bytes())[1] || 'null')
  }
}

const [varint, double, piece] = [0, 1, 2]

const wireOf: Readonly<Record<Scalar, number | undefined>> = {
  string: piece,
  bool: varint,
  int: varint,
  float: double,
  bytes: piece,
  duration: piece,
  time: piece,
  microTime: piece,
  quantity: piece,
  intOrString: piece,
  fields: piece,
  raw: piece,
}

/** The numbers of a small message by their field. */
function numbers(bytes: Uint8Array): Readonly<Record<number, number>> {
  return each(bytes, (inner, wire) => (wire === varint ? Number(inner.int64()) : undefined))
}

function texts(bytes: Uint8Array): Readonly<Record<number, string>> {
  return each(bytes, (inner, wire) => (wire === piece ? inner.string() : undefined))
}

function each<T>(bytes: Uint8Array, read: (inner: Reader, wire: number) => T | undefined): Record<number, T> {
  const inner = Reader.create(bytes)
  const found: Record<number, T> = {}
  while (inner.pos < inner.len) {
    const tag = inner.uint32()
    const value = read(inner, tag & 7)
    if (value === undefined) inner.skipType(tag & 7)
    else found[tag >>> 3] = value
  }
  return found
}

/** Seconds and nanoseconds. Go writes the time that nobody set as an empty message: JSON has null for it. */
function timeText(
  {1: seconds, 2: nanos = 0}: Readonly<Record<number, number>>,
  type: 'time' | 'microTime',
): string | null {
  if (seconds === undefined) return null
  const date = new Date(seconds * 1000)
  if (Number.isNaN(date.getTime())) throw new Error(`${seconds} seconds are no time`)
  const text = date.toISOString().slice(0, -'.000Z'.length)
  return type === 'time' ? `${text}Z` : `${text}.${`${Math.floor(nanos / 1000)}`.padStart(6, '0')}Z`
}

function durationText(nanos: number): string {
  return `${nanos / 1e9}s`
}

/** Field 1 says which of 2, a number, and 3, a text, it is. */
function intOrString(bytes: Uint8Array): number | string {
  const {1: isText = 0, 2: number = 0} = numbers(bytes)
  return isText ? (texts(bytes)[3] ?? '') : number
}
