import {ipv6Bytes} from './address.ts'
import {labelsOf} from './name.ts'
import type {Question} from './record.ts'
import {WireError} from './wire-error.ts'

/** A message being written, which may not grow beyond a size: it lives as long as the writing. */
export class Writer {
  readonly #most: number
  readonly #compress: boolean
  #bytes = Buffer.allocUnsafe(512)
  #at = 0
  #limit: number
  /** Where a name's ending was written first. */
  readonly #places = new Map<string, number>()

  constructor(most: number, compress: boolean) {
    this.#most = most
    this.#limit = most
    this.#compress = compress
  }

  /** Keeps so many bytes free at the end. */
  reserve(size: number): void {
    this.#limit = this.#most - size
  }

  /** Writes something, or nothing of it where it does not fit. */
  whole(write: () => void): boolean {
    const start = this.#at
    write()
    if (this.#at <= this.#limit) return true
    this.#at = start
    for (const [name, place] of this.#places) if (place >= start) this.#places.delete(name)
    return false
  }

  question({name, type, class: kind}: Question): boolean {
    return this.whole(() => {
      this.name(name)
      this.u16(type)
      this.u16(kind)
    })
  }

  u8(value: number): void {
    this.#grow(1)
    this.#at = this.#bytes.writeUInt8(value & 0xff, this.#at)
  }

  u16(value: number): void {
    this.#grow(2)
    this.#at = this.#bytes.writeUInt16BE(value & 0xffff, this.#at)
  }

  u32(value: number): void {
    this.#grow(4)
    this.#at = this.#bytes.writeUInt32BE(value >>> 0, this.#at)
  }

  bytes(bytes: Buffer): void {
    this.#grow(bytes.length)
    this.#at += bytes.copy(this.#bytes, this.#at)
  }

  /** A string of at most 255 bytes, after its length. */
  string(text: string): void {
    if (text.length > 255) throw new WireError('a string is longer than 255 bytes')
    this.u8(text.length)
    this.#latin1(text)
  }

  ipv4(address: string): void {
    this.#grow(4)
    for (const part of address.split('.')) this.#bytes[this.#at++] = Number(part)
  }

  ipv6(address: string): void {
    this.bytes(ipv6Bytes(address))
  }

  /** A name; `whole` for one that may not end in a pointer. */
  name(name: string, how: 'whole' | 'short' = 'short'): void {
    if (this.#compress || name.includes('\\')) this.#anyName(name, how)
    else this.#plainName(name)
  }

  #anyName(name: string, how: 'whole' | 'short'): void {
    const labels = labelsOf(name)
    for (const [index, label] of labels.entries()) {
      if (this.#compress && this.#pointTo(endingOf(labels.slice(index)), how)) return
      this.#label(label)
    }
    this.u8(0)
  }

  /** Something after its size in two bytes. */
  sized(write: () => void): void {
    const start = this.#at
    this.u16(0)
    write()
    this.patch16(start, this.#at - start - 2)
  }

  patch16(at: number, value: number): void {
    this.#bytes.writeUInt16BE(value, at)
  }

  read16(at: number): number {
    return this.#bytes.readUInt16BE(at)
  }

  done(): Buffer {
    return this.#bytes.subarray(0, this.#at)
  }

  /* Whether a pointer to an earlier name stands in the place of an ending now; a new ending is remembered. */
  #pointTo(ending: string, how: 'whole' | 'short'): boolean {
    const place = this.#places.get(ending)
    if (place !== undefined && how === 'short') {
      this.u16(0xc000 | place)
      return true
    }
    if (place === undefined && this.#at < 0x4000) this.#places.set(ending, this.#at)
    return false
  }

  /* As most names are: nothing in it stands for something else. */
  #plainName(name: string): void {
    const start = this.#at
    for (let at = 0; at < name.length && name !== '.'; ) {
      const dot = name.indexOf('.', at)
      const end = dot < 0 ? name.length : dot
      if (end === at) throw new WireError(`"${name}" has an empty label`)
      this.#label(name.slice(at, end))
      at = end + 1
    }
    this.u8(0)
    if (this.#at - start > 255) throw new WireError(`"${name}" is longer than 255 bytes`)
  }

  #label(label: string): void {
    if (label.length > 63) throw new WireError(`"${label}" is longer than the 63 bytes that a label may have`)
    this.u8(label.length)
    this.#latin1(label)
  }

  #latin1(text: string): void {
    this.#grow(text.length)
    this.#at += this.#bytes.write(text, this.#at, 'latin1')
  }

  #grow(size: number): void {
    if (this.#at + size <= this.#bytes.length) return
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 4, this.#at + size))
    this.#bytes.copy(larger, 0, 0, this.#at)
    this.#bytes = larger
  }
}

/* As in a message: labels may hold any byte, so that none could stand between them. */
function endingOf(labels: readonly string[]): string {
  return labels.map(label => `${String.fromCharCode(label.length)}${label}`).join('')
}
