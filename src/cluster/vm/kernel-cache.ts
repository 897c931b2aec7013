import {existsSync, readFileSync} from 'node:fs'
import {homedir} from 'node:os'
import {join} from 'node:path'
import {VmError} from './vm-error.ts'

/** The kernel that machines boot, as it lies in the cache. */
export type CachedKernel = {
  readonly version: string
  readonly kernel: string
  /** The folder with its modules. */
  readonly modules: string
}

/** Where it lies: $XDG_CACHE_HOME/podlab/vm, else ~/.cache/podlab/vm. */
export function vmCacheFolder(environment: NodeJS.ProcessEnv): string {
  const base = environment.XDG_CACHE_HOME || join(environment.HOME || homedir(), '.cache')
  return join(base, 'podlab', 'vm')
}

/** The files of a kernel in a folder of the cache. */
export function kernelIn(folder: string, version: string): CachedKernel {
  return {
    version,
    kernel: join(folder, 'vmlinux'),
    modules: join(folder, 'root/lib/modules', version),
  }
}

/** The name of the file that is written last, and so tells that all else is whole; it holds the version of the kernel. */
export const stampFile = 'stamp'

/** The kernel that was set up; undefined when none was. Throws VmError for one that is broken. */
export function cachedKernel(folder: string): CachedKernel | undefined {
  const file = join(folder, stampFile)
  if (!existsSync(file)) return undefined
  const version = readFileSync(file, 'utf8').trim()
  const found = kernelIn(folder, version)
  const lost = [found.kernel, join(found.modules, 'modules.dep')].find(path => !existsSync(path))
  if (lost !== undefined) throw new VmError(`${lost} is gone. Fetch the kernel anew: podlab vm --setup`)
  return found
}
