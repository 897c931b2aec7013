import type {Bytes} from './bytes.ts'
import {RootError} from './root-error.ts'
import {type Extra, parseExtra, parseHeader, type TarEntry, withExtra} from './tar-header.ts'

/** A file of a tar with its content, which is there until the next entry is asked for. */
export type TarFile = TarEntry & {
  /** Where its content begins. */
  readonly offset: number
  content(): AsyncIterable<Buffer>
}

/** The entries of a tar, in their order; throws RootError at what is damaged or cut off. */
export async function* readTar(bytes: Bytes): AsyncGenerator<TarFile> {
  let all: Extra = {}
  let next: Extra = {}
  for (;;) {
    const block = await bytes.take(blockSize)
    if (block.length < blockSize) throw cutOff()
    if (block.every(byte => byte === 0)) return
    const {flag, ...header} = parseHeader(block)
    if (header.type === 'extra') {
      const extra = parseExtra(flag, await extraContent(bytes, header))
      if (flag === 'g') all = {...all, ...extra}
      else next = {...next, ...extra}
      continue
    }
    const entry = withExtra(header, {...all, ...next})
    next = {}
    yield* oneFile(bytes, entry)
  }
}

const blockSize = 512

async function* oneFile(bytes: Bytes, entry: TarEntry): AsyncGenerator<TarFile> {
  const size = entry.type === 'file' ? sizeOf(entry) : 0
  const offset = bytes.position()
  const end = offset + size
  async function* content() {
    for (let left = size; left > 0; ) {
      const piece = await bytes.some(left)
      if (piece === undefined) throw cutOff(entry.name)
      left -= piece.length
      yield piece
    }
  }
  yield {...entry, size, offset, content}
  await bytes.skip(filledUp(end) - bytes.position())
}

async function extraContent(bytes: Bytes, entry: TarEntry): Promise<Buffer> {
  const size = sizeOf(entry)
  if (size > 2 ** 20) throw new RootError('is damaged: a name in it is longer than 1 MB')
  const content = await bytes.take(size)
  if (content.length < size) throw cutOff()
  await bytes.skip(filledUp(bytes.position()) - bytes.position())
  return content
}

/* Everything begins at a multiple of a block. */
function filledUp(position: number): number {
  return Math.ceil(position / blockSize) * blockSize
}

function sizeOf({size, name}: TarEntry): number {
  if (Number.isSafeInteger(size) && size >= 0) return size
  throw new RootError(`is damaged: ${name} has no size`)
}

function cutOff(name?: string): RootError {
  return new RootError(`is cut off: it ends ${name === undefined ? 'without the end mark of a tar' : `within ${name}`}`)
}
