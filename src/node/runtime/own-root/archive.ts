import {createReadStream} from 'node:fs'
import {pipeline, type Readable, type Transform} from 'node:stream'
import {createGunzip, createZstdDecompress} from 'node:zlib'
import {type Packing, packingOf} from '../../../images/archive.ts'
import {type Part, readPart, streamBytes} from './bytes.ts'
import {RootError} from './root-error.ts'
import {readTar, type TarFile} from './tar.ts'

/** How a piece of a file is packed; throws RootError when it is no archive. */
export function packingOfPart(part: Part): Packing {
  const packing = packingOf(readPart(part, 512))
  if (typeof packing === 'string') return packing
  throw new RootError(packing.refused)
}

/** The files of a tar, packed or not. */
export async function* openArchive(part: Part): AsyncGenerator<TarFile> {
  const stream = unpacked(part)
  try {
    yield* readTar(streamBytes(stream))
  } catch (error) {
    const code = String((error as NodeJS.ErrnoException).code ?? '')
    if (/^(Z_|ZSTD_|ERR_ZSTD)/.test(code))
      throw new RootError('is damaged or cut off: it cannot be unpacked', {cause: error})
    throw error
  } finally {
    stream.destroy()
  }
}

function unpacked(part: Part): Readable {
  const {file, start, size} = part
  const through = transforms[packingOfPart(part)]()
  const stream = createReadStream(file, {start, end: start + size - 1, highWaterMark: 2 ** 18})
  // What goes wrong destroys the stream that is read, with the reason.
  return through ? pipeline(stream, through, () => undefined) : stream
}

const chunkSize = 2 ** 18
const transforms: Readonly<Record<Packing, () => Transform | undefined>> = {
  tar: () => undefined,
  gzip: () => createGunzip({chunkSize}),
  zstd: () => createZstdDecompress({chunkSize}),
}
