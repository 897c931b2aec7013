import {mkdirSync} from 'node:fs'
import {join} from 'node:path'
import {main, type Place, type Started, startProgram} from './_podlab.ts'

/** A podlab that writes to a disk which is soon full. */
export type OnSmallDisk = Started & {
  /** What it has left there lies here when it has ended. */
  readonly kept: string
}

/**
 * Root's podlab with such a disk at `disk`, in a mount namespace of its own: other tests run beside this one, and some of them look whether
 * anybody has changed the mounts of the machine.
 */
export function startOnSmallDisk(
  {folder, environment}: Place,
  {disk, size}: {disk: string; size: string},
  words: readonly string[],
): OnSmallDisk {
  const kept = join(folder, 'home/kept')
  for (const path of [disk, kept]) mkdirSync(path, {recursive: true})
  const script =
    'mount -t tmpfs -o "size=$SIZE" tmpfs "$DISK" || exit; "$@"; code=$?; cp -r "$DISK/." "$KEPT"; exit $code'
  const own = ['unshare', '--mount', '--propagation', 'private', '--', 'sh', '-c', script, 'sh']
  const started = startProgram([...own, process.execPath, main, ...words], {
    cwd: folder,
    environment: {...environment, DISK: disk, SIZE: size, KEPT: kept},
  })
  return {...started, kept}
}
