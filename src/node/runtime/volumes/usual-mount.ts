import {posix} from 'node:path'
import {mountFlag, type Syscalls} from '../../../kernel/syscalls.ts'
import {readOnlyFolder} from './set-up.ts'
import type {Mount} from './volume.ts'

/** Where nearly every container has a volume; podlab's own roots have a folder there already. */
export const usualMountPoint = '/var/run/secrets/kubernetes.io/serviceaccount'

/** One of podlab's own roots, which no container has written to yet, and the files that it is about to get. */
type OwnRoot = {readonly root: string; readonly files: readonly string[]}

/**
 * Mounts what is to be seen in the usual place, and answers what is left to mount. Podlab has made the way there itself, so that no link can
 * lead out: one step does what takes five elsewhere, and nearly every container needs it.
 */
export function withoutUsual(
  syscalls: Syscalls,
  uid: string,
  mounts: readonly Mount[],
  own: OwnRoot | undefined,
): readonly Mount[] {
  const usual = mounts.find(({path}) => path === usualMountPoint)
  if (!usual || !own || !usual.readOnly || usual.below !== undefined) return mounts
  const folder = readOnlyFolder({uid, name: usual.volume})
  const rest = mounts.filter(mount => mount !== usual)
  if (folder === undefined || [...rest.map(({path}) => path), ...own.files].some(isOnTheWay)) return mounts
  syscalls.mount(folder, `${own.root}${usualMountPoint}`, null, mountFlag.bind, null)
  return rest
}

/* What lies above the usual place, or in it, has to come before. */
function isOnTheWay(said: string): boolean {
  const path = posix.resolve('/', said)
  return path === '/' || path === '/var' || path === '/var/run' || path.startsWith('/var/run/')
}
