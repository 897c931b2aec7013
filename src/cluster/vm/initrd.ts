import {execFileSync} from 'node:child_process'
import {hash} from 'node:crypto'
import {existsSync, readFileSync, renameSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {systemPath} from '../../kernel/system-path.ts'
import {type CpioEntry, cpioArchive} from './cpio.ts'
import {guestInit, guestSecond} from './guest.ts'
import type {CachedKernel} from './kernel-cache.ts'
import {insertionOrder, moduleName} from './modules.ts'
import {VmError} from './vm-error.ts'

/* What the first root must be able to do before it sees the host's files. */
const firstModules = ['virtio_pci', 'virtio_console', '9pnet_virtio', '9p', 'overlay', 'virtio_rng']

/* Changes whenever the first root would be another. */
const stamp = hash('sha256', [guestInit, guestSecond, ...firstModules].join('\n')).slice(0, 16)

/** The file with a kernel's first root, beside the kernel; it is made when it is not there, or another podlab's. */
export function initrdOf(kernel: CachedKernel): string {
  const file = join(dirname(kernel.kernel), `initrd-${stamp}.img`)
  if (existsSync(file)) return file
  const making = `${file}.${process.pid}`
  const {modules} = kernel
  try {
    writeFileSync(making, makeInitrd({modules, modulesDep: readFileSync(join(modules, 'modules.dep'), 'utf8')}))
  } catch (cause) {
    if (cause instanceof VmError) throw cause
    const who = 'whoever fetched it first runs podlab vm once'
    throw new VmError(
      `the machine's first root cannot be written: ${(cause as Error).message}; ${who}`,
      'machine',
      cause,
    )
  }
  renameSync(making, file)
  return file
}

/** The kernel's first root: busybox, some modules, and the scripts. */
export function makeInitrd({modules, modulesDep}: {readonly modules: string; readonly modulesDep: string}): Buffer {
  const files = insertionOrder(firstModules, modulesDep)
  const folders = ['bin', 'dev', 'proc', 'sys', 'modules', 'lower', 'upper', 'new']
  return cpioArchive([
    ...folders.map(name => ({name, mode: 0o755})),
    script('init', guestInit),
    script('second', guestSecond),
    {name: 'bin/busybox', mode: 0o755, bytes: readFileSync(staticBusybox())},
    script('modules/order', files.map(file => `${moduleName(file)}.ko\n`).join('')),
    ...files.map(file => ({
      name: `modules/${moduleName(file)}.ko`,
      mode: 0o644,
      bytes: moduleBytes(join(modules, file)),
    })),
  ])
}

function script(name: string, text: string): CpioEntry {
  return {name, mode: 0o755, bytes: Buffer.from(text)}
}

function staticBusybox(): string {
  const found = systemPath
    .split(':')
    .map(folder => join(folder, 'busybox'))
    .find(path => existsSync(path))
  if (found === undefined || /ld-linux|ld-musl/.test(readFileSync(found).subarray(0, 4096).toString('latin1')))
    throw new VmError('busybox is missing, or no static program. As root, type: apt-get install busybox-static')
  return found
}

function moduleBytes(file: string): Buffer {
  const [program] = compressors.flatMap(([ending, name]) => (file.endsWith(ending) ? [name] : []))
  return program === undefined
    ? readFileSync(file)
    : execFileSync(program, ['-dc', file], {env: {PATH: systemPath}, maxBuffer: 1 << 26})
}

const compressors = [
  ['.xz', 'xz'],
  ['.zst', 'zstd'],
  ['.gz', 'gzip'],
] as const
