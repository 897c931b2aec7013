/**
 * DER: how X.509 certificates are written down. Every value is a tag, a length and its content; content may be values again.
 * These few are all that a certificate needs.
 */
export type Der = Buffer

export function sequence(...items: readonly Der[]): Der {
  return tagged(0x30, ...items)
}

export function setOf(...items: readonly Der[]): Der {
  return tagged(0x31, ...items)
}

/** A whole number that is not negative, from its bytes, the highest first. */
export function integer(bytes: Uint8Array): Der {
  const first = bytes.findIndex(byte => byte !== 0)
  const digits = first < 0 ? Buffer.alloc(1) : Buffer.from(bytes.subarray(first))
  const sign = (digits[0] ?? 0) > 0x7f ? Buffer.alloc(1) : Buffer.alloc(0)
  return tagged(0x02, sign, digits)
}

export function truth(): Der {
  return tagged(0x01, Buffer.of(0xff))
}

export function utf8(text: string): Der {
  return tagged(0x0c, Buffer.from(text))
}

export function octets(...content: readonly Uint8Array[]): Der {
  return tagged(0x04, ...content)
}

/** Bits that fill whole bytes, but for so many at the end. */
export function bits(content: Uint8Array, unused = 0): Der {
  return tagged(0x03, Buffer.of(unused), content)
}

/** A time of the years 2000 to 2049, to the second. */
export function utcTime(time: Date): Der {
  const digits = time.toISOString().replace(/\D/g, '')
  return tagged(0x17, Buffer.from(`${digits.slice(2, 14)}Z`))
}

/** `2.5.4.3`: the first two numbers share a byte, the others have seven bits a byte, the last byte without the high bit. */
export function objectId(text: string): Der {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number)
  return tagged(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]))
}

/** A value in a place that has a number: `[0]`, `[3]`. */
export function inPlace(place: number, content: Der): Der {
  return tagged(0xa0 + place, content)
}

/** The content of a value in a place with a number, where the place says what it is. */
export function plainInPlace(place: number, content: Uint8Array): Der {
  return tagged(0x80 + place, content)
}

function tagged(tag: number, ...content: readonly Uint8Array[]): Der {
  const bytes = Buffer.concat(content)
  return Buffer.concat([Buffer.of(tag), lengthOf(bytes.length), bytes])
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length)
  if (length < 0x100) return Buffer.of(0x81, length)
  return Buffer.of(0x82, length >> 8, length & 0xff)
}

function base128(number: number): number[] {
  const low = [number & 0x7f]
  for (let rest = number >> 7; rest > 0; rest >>= 7) low.unshift((rest & 0x7f) | 0x80)
  return low
}
