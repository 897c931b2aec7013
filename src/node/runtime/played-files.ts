import {closeSync, readdirSync, readFileSync} from 'node:fs'
import {posix} from 'node:path'
import type {Syscalls} from '../../kernel/syscalls.ts'
import type {ProgramContext} from '../programs/program.ts'
import type {ContainerSpec} from './container.ts'
import {readInside} from './read-inside.ts'
import {openVolume} from './volumes/set-up.ts'
import {openRoot} from './volumes/walk.ts'

/**
 * The files of a container for the program that podlab plays in it. That begins before the container's process does: until then they
 * are those that its image and its pod's volumes bring.
 */
export function filesOf(
  syscalls: Syscalls,
  spec: ContainerSpec,
  pidOf: () => number | undefined,
): Pick<ProgramContext, 'readFile' | 'listFiles'> {
  return {
    readFile: path => {
      const pid = pidOf()
      if (pid !== undefined) return readInside(syscalls, pid, path)
      return readMounted(syscalls, spec, path) ?? brought(spec, path)
    },
    listFiles: folder => {
      const pid = pidOf()
      if (pid !== undefined) return namesBelow(syscalls, openRoot(`/proc/${pid}/root`), folder)
      const [volume, below] = mountOf(syscalls, spec, folder) ?? []
      if (volume !== undefined) return namesBelow(syscalls, volume, below ?? '')
      const names = Object.keys(spec.files).filter(path => posix.dirname(path) === folder)
      return names.map(path => posix.basename(path))
    },
  }
}

function brought({files}: ContainerSpec, path: string): Buffer | undefined {
  const text = Object.hasOwn(files, path) ? files[path] : undefined
  return text === undefined ? undefined : Buffer.from(text)
}

/* The volume that a path leads into, opened, and the rest of the path: of mounts within each other the innermost. */
function mountOf(syscalls: Syscalls, {id, mounts = []}: ContainerSpec, path: string): [number, string] | undefined {
  const [uid = ''] = id.split('/')
  const around = mounts.filter(mount => path === mount.path || path.startsWith(`${mount.path.replace(/\/$/, '')}/`))
  const mount = around.sort((one, other) => other.path.length - one.path.length)[0]
  if (!mount) return undefined
  return [openVolume(syscalls, {uid, name: mount.volume}), posix.join(mount.below ?? '', path.slice(mount.path.length))]
}

function readMounted(syscalls: Syscalls, spec: ContainerSpec, path: string): Buffer | undefined {
  const [volume, below = ''] = mountOf(syscalls, spec, path) ?? []
  return volume === undefined ? undefined : opened(syscalls, volume, below, file => readFileSync(file))
}

function namesBelow(syscalls: Syscalls, root: number, folder: string): readonly string[] {
  return opened(syscalls, root, folder, file => readdirSync(`/proc/self/fd/${file}`)) ?? []
}

/* What is not there is undefined. Closes the root. */
function opened<T>(syscalls: Syscalls, root: number, path: string, act: (file: number) => T): T | undefined {
  let file: number | undefined
  try {
    file = syscalls.openBelow(root, path.replace(/^\/+/, '') || '.')
    return act(file)
  } catch {
    return undefined
  } finally {
    for (const descriptor of [file, root]) if (descriptor !== undefined) closeSync(descriptor)
  }
}
