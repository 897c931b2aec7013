import {closeSync, fstatSync, mkdirSync, statSync, writeFileSync} from 'node:fs'
import {dirname, posix} from 'node:path'
import {mountFlag, SyscallError, type Syscalls} from '../../../kernel/syscalls.ts'
import {openVolume} from './set-up.ts'
import {type Mount, SubPathError, VolumeError} from './volume.ts'
import {openOrMake} from './walk.ts'

/** A mount on its way into a container: attached nowhere. */
type Carried = {readonly mount: Mount; readonly copy: number; readonly isFolder: boolean}

/** Takes up what a container's mounts show, while the way there is still in sight: inside its root it is not. Outer ones come first. */
export function carryMounts(syscalls: Syscalls, uid: string, mounts: readonly Mount[]): readonly Carried[] {
  const carried: Carried[] = []
  const depth = ({path}: Mount) => posix.resolve('/', path).split('/').length
  try {
    for (const mount of mounts.toSorted((a, b) => depth(a) - depth(b))) carried.push(carry(syscalls, uid, mount))
    return carried
  } catch (error) {
    letGo(carried)
    throw error
  }
}

function carry(syscalls: Syscalls, uid: string, mount: Mount): Carried {
  const volume = openVolume(syscalls, {uid, name: mount.volume})
  let file: number | undefined
  try {
    file = mount.below === undefined ? volume : openBelow(syscalls, volume, mount)
    return {mount, copy: syscalls.copyMount(file), isFolder: fstatSync(file).isDirectory()}
  } finally {
    closeSync(volume)
    if (file !== undefined && file !== volume) closeSync(file)
  }
}

function openBelow(syscalls: Syscalls, volume: number, {volume: name, below = ''}: Mount): number {
  try {
    return openOrMake(syscalls, volume, {path: below, mode: 0o755})
  } catch (cause) {
    throw new SubPathError(`failed to prepare subPath for volumeMount "${name}": ${below}: ${wordsOf(cause)}`, {cause})
  }
}

/** Puts the mounts where the container sees them; to be called within its root, which has them afterwards. */
export function attachMounts(syscalls: Syscalls, carried: readonly Carried[]): void {
  for (const one of carried) {
    const {path, volume} = one.mount
    try {
      attach(syscalls, one)
    } catch (cause) {
      throw new VolumeError(`the volume "${volume}" cannot be mounted at ${path}: ${wordsOf(cause)}`, {cause})
    }
  }
}

function attach(syscalls: Syscalls, {mount, copy, isFolder}: Carried): void {
  const path = posix.resolve('/', mount.path)
  if (path === '/') throw new Error('a container has a root of its own')
  const there = statSync(path, {throwIfNoEntry: false})
  if (there && there.isDirectory() !== isFolder) throw new Error(mismatch)
  if (!there && isFolder) mkdirSync(path, {recursive: true})
  if (!there && !isFolder) {
    mkdirSync(dirname(path), {recursive: true})
    writeFileSync(path, '')
  }
  syscalls.attachMount(copy, path)
  if (mount.readOnly)
    syscalls.mount('none', path, null, mountFlag.bind | mountFlag.remount | mountFlag.readOnly | quiet, null)
}

/* As the sandbox's /run is: an ordinary user could not take that away again. */
const quiet = mountFlag.noSuid | mountFlag.noDev

/** Closes what `carryMounts` took up; what is attached stays. */
export function letGo(carried: readonly Carried[]): void {
  for (const {copy} of carried) closeSync(copy)
}

const mismatch = 'not a directory: a folder cannot be mounted onto a file, nor a file onto a folder'

function wordsOf(error: unknown): string {
  const code = error instanceof SyscallError ? error.code : (error as NodeJS.ErrnoException).code
  const words = {
    ENOTDIR: mismatch,
    ENXIO: 'it is neither a file nor a folder',
  }
  return words[code as keyof typeof words] ?? (error as Error).message
}
