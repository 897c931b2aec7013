/*
 * Messages of protocol buffers, as far as a document needs them: texts, flags and messages within messages. A field that is undefined is left out.
 */
export type Field = readonly [number: number, value: string | boolean | Buffer | undefined]

export function message(...fields: readonly Field[]): Buffer {
  return Buffer.concat(fields.flatMap(fieldBytes))
}

/** A field that comes many times. */
export function many(number: number, values: readonly (string | Buffer)[]): readonly Field[] {
  return values.map(value => [number, value])
}

function fieldBytes([number, value]: Field): readonly Buffer[] {
  if (value === undefined) return []
  if (typeof value === 'boolean') return [varint(number << 3), varint(value ? 1 : 0)]
  const bytes = typeof value === 'string' ? Buffer.from(value) : value
  return [varint((number << 3) | 2), varint(bytes.length), bytes]
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest & 127) | 128)
  return Buffer.from([...bytes, rest])
}
