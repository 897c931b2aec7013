import {execFile, spawn} from 'node:child_process'
import {existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {buffer} from 'node:stream/consumers'
import {promisify} from 'node:util'
import {systemPath} from '../../kernel/system-path.ts'
import {VmError} from './vm-error.ts'

const env = {PATH: systemPath, LC_ALL: 'C'}

type Unpacked = {readonly making: string; readonly root: string; readonly signal: AbortSignal}

/** Makes a kernel out of an unpacked package, its modules indexed and `vmlinux` beside; answers its version. */
export async function unpackedKernel({making, root, signal}: Unpacked): Promise<string> {
  const modules = join(root, 'lib/modules')
  if (!existsSync(modules) && existsSync(join(root, 'usr/lib/modules'))) {
    mkdirSync(join(root, 'lib'), {recursive: true})
    renameSync(join(root, 'usr/lib/modules'), modules)
  }
  const [version] = existsSync(modules) ? readdirSync(modules) : []
  const image = join(root, 'boot', `vmlinuz-${version}`)
  if (version === undefined || !existsSync(image))
    throw new VmError(
      'the package has no kernel with its modules in it; expected one like linux-image-6.1.0-40-amd64',
      'usage',
    )
  await promisify(execFile)('depmod', ['-b', root, version], {env, signal})
  writeFileSync(join(making, 'vmlinux'), await uncompressed(readFileSync(image)))
  rmSync(join(root, 'boot'), {recursive: true})
  return version
}

const magics = [
  {bytes: Buffer.from('fd377a585a00', 'hex'), argv: ['xz', '-dc', '--single-stream']},
  {bytes: Buffer.from('28b52ffd', 'hex'), argv: ['zstd', '-dcq']},
] as const

/** An emulated processor takes long to unpack a kernel. What cannot be unpacked here it can. */
async function uncompressed(image: Buffer): Promise<Buffer> {
  for (const {bytes, argv} of magics)
    for (let at = image.indexOf(bytes); at >= 0; at = image.indexOf(bytes, at + 1)) {
      const found = await filtered(argv, image.subarray(at))
      if (found.subarray(0, 4).toString('latin1') === '\x7fELF') return found
    }
  return image
}

async function filtered([file, ...words]: readonly string[], input: Buffer): Promise<Buffer> {
  const child = spawn(file ?? '', words, {env, stdio: ['pipe', 'pipe', 'ignore']})
  const gone = new Promise<void>(resolve => child.once('error', () => resolve()).once('close', () => resolve()))
  child.stdin.on('error', () => undefined) // it has seen enough, or is not there
  child.stdin.end(input)
  const output = await buffer(child.stdout).catch(() => Buffer.alloc(0))
  await gone
  return output
}
