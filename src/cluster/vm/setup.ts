import {execFile} from 'node:child_process'
import {existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync} from 'node:fs'
import {dirname, join, resolve} from 'node:path'
import {promisify} from 'node:util'
import {systemPath} from '../../kernel/system-path.ts'
import {initrdOf} from './initrd.ts'
import {type CachedKernel, cachedKernel, kernelIn, stampFile} from './kernel-cache.ts'
import {checkPrograms, installCommand, isThere, missingForVm} from './programs.ts'
import {unpackedKernel} from './unpacked-kernel.ts'
import {VmError} from './vm-error.ts'

export type SetupOptions = {
  readonly folder: string
  /** A Debian package of a kernel, in place of the one that apt fetches. */
  readonly kernelPackage?: string | undefined
  readonly tell: (what: string) => void
  readonly signal: AbortSignal
}

/** Fetches all that a machine needs, as far as it is not there; answers the kernel. Whoever is interrupted leaves the cache as it was. */
export async function setUp({folder, kernelPackage, tell, signal}: SetupOptions): Promise<CachedKernel> {
  const missing = missingForVm()
  if (missing.length > 0 && process.arch === 'x64' && isThere('apt-get') && process.getuid?.() === 0)
    await install(missing, {tell, signal})
  checkPrograms()
  const known = kernelPackage === undefined ? cachedKernel(folder) : undefined
  if (known) return known
  const making = `${folder}.${process.pid}`
  try {
    makeFolder(making)
    const root = join(making, 'root')
    if (kernelPackage === undefined) await fetchKernel(making, {tell, signal})
    const file = kernelPackage === undefined ? fetchedIn(making) : resolve(kernelPackage)
    tell(`unpacking ${file.split('/').at(-1)}`)
    await unpack(file, root, signal)
    if (kernelPackage === undefined) rmSync(file)
    const version = await unpackedKernel({making, root, signal})
    initrdOf(kernelIn(making, version))
    writeFileSync(join(making, stampFile), `${version}\n`)
    // Somebody else may have done the same meanwhile, and run a machine by now.
    const other = kernelPackage === undefined ? cachedKernel(folder) : undefined
    if (other) return other
    rmSync(folder, {recursive: true, force: true})
    renameSync(making, folder)
    return kernelIn(folder, version)
  } finally {
    rmSync(making, {recursive: true, force: true})
    sweepUnfinished(folder)
  }
}

/* What a setup has left that was killed: its process is gone. */
function sweepUnfinished(folder: string): void {
  const [parent, name] = [dirname(folder), folder.split('/').at(-1)]
  if (!existsSync(parent)) return
  for (const other of readdirSync(parent)) {
    const pid = other.startsWith(`${name}.`) ? other.slice(`${name}.`.length) : ''
    if (/^\d+$/.test(pid) && !existsSync(`/proc/${pid}`)) rmSync(join(parent, other), {recursive: true, force: true})
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(join(folder, 'root'), {recursive: true})
  } catch (cause) {
    const {message} = cause as Error
    throw new VmError(
      `the kernel has no place to lie (${message}); set XDG_CACHE_HOME to a folder that you can write to`,
      'machine',
      cause,
    )
  }
}

type Doing = Pick<SetupOptions, 'tell' | 'signal'>

async function install(missing: readonly string[], {tell, signal}: Doing): Promise<void> {
  const command = installCommand(missing)
  tell(command.join(' '))
  const first = await attempt(command, {signal})
  if (first === undefined) return
  await attempt(['apt-get', 'update'], {signal})
  const second = await attempt(command, {signal})
  if (second !== undefined)
    throw new VmError(
      `the packages could not be installed (${second}). When you have a network, type: ${command.join(' ')}`,
    )
}

/** apt knows the newest kernel of the distribution, and where it comes from. */
async function fetchKernel(making: string, {tell, signal}: Doing): Promise<void> {
  if (!isThere('apt-get'))
    throw new VmError(
      "there is no apt to fetch Debian's kernel with. Give its package yourself: podlab vm --setup --kernel linux-image-....deb",
    )
  let name = await kernelName(signal)
  if (name === undefined) {
    await attempt(['apt-get', 'update'], {signal})
    name = await kernelName(signal)
  }
  if (name === undefined)
    throw new VmError(
      'apt knows no linux-image-amd64. As root, type: apt-get update; or give the package yourself: podlab vm --setup --kernel linux-image-....deb',
    )
  tell(`fetching ${name}`)
  const said = await attempt(['apt-get', '-o', 'APT::Sandbox::User=', 'download', name], {signal, cwd: making})
  if (said !== undefined)
    throw new VmError(
      `${name} could not be fetched (${said}). With a network, as root, type: apt-get update; then: podlab vm --setup`,
    )
}

async function kernelName(signal: AbortSignal): Promise<string | undefined> {
  const {stdout} = await run(['apt-cache', 'depends', 'linux-image-amd64'], {signal}).catch(() => ({stdout: ''}))
  return /^\s*Depends: (linux-image-\S+)/m.exec(stdout)?.[1]
}

function fetchedIn(folder: string): string {
  const found = readdirSync(folder).find(name => name.endsWith('.deb'))
  if (found === undefined) throw new VmError('apt-get fetched no package; try again')
  return join(folder, found)
}

async function unpack(file: string, root: string, signal: AbortSignal): Promise<void> {
  if (!existsSync(file)) throw new VmError(`there is no file ${file}`, 'usage')
  const said = await attempt(['dpkg-deb', '-x', file, root], {signal})
  if (said !== undefined) throw new VmError(`${file} is no Debian package (${said})`, 'usage')
}

type Running = {readonly signal: AbortSignal; readonly cwd?: string}

/* Undefined when it went well, else what was said last. */
async function attempt(argv: readonly [string, ...string[]], running: Running): Promise<string | undefined> {
  try {
    await run(argv, running)
    return undefined
  } catch (error) {
    running.signal.throwIfAborted()
    const {stderr = '', message} = error as Error & {stderr?: string}
    return stderr.trim().split('\n').at(-1) || message
  }
}

function run(
  [file, ...words]: readonly [string, ...string[]],
  {signal, cwd = '/'}: Running,
): Promise<{stdout: string}> {
  const env = {...process.env, PATH: systemPath, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive'}
  return promisify(execFile)(file, words, {cwd, signal, env, maxBuffer: 1 << 26})
}
