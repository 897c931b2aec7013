import {closeSync, constants, mkdirSync, openSync, writeFileSync} from 'node:fs'
import type {Syscalls} from '../../../kernel/syscalls.ts'
import {SyscallError} from '../../../kernel/syscalls.ts'

/** A folder that counts as the root for all links below it, whoever has made them. */
export function openRoot(path: string): number {
  return openSync(path, constants.O_RDONLY | constants.O_DIRECTORY)
}

/**
 * Opens a path below a root, where no link leads out. What is missing of it is made as folders, or, of the last step, what `last` says;
 * then its error is ENOENT.
 */
export function openOrMake(
  syscalls: Syscalls,
  root: number,
  {path, mode, last = 'folder'}: {path: string; mode: number; last?: 'folder' | 'file' | 'nothing'},
): number {
  try {
    return syscalls.openBelow(root, path)
  } catch (error) {
    if (last === 'nothing' || !(error instanceof SyscallError) || error.code !== 'ENOENT') throw error
  }
  const steps = path.split('/').filter(step => step !== '' && step !== '.')
  for (const [index, name] of steps.entries()) {
    const parent = syscalls.openBelow(root, `./${steps.slice(0, index).join('/')}`)
    try {
      makeStep(`/proc/self/fd/${parent}/${name}`, last === 'file' && index === steps.length - 1, mode)
    } finally {
      closeSync(parent)
    }
  }
  return syscalls.openBelow(root, path)
}

function makeStep(path: string, isFile: boolean, mode: number): void {
  try {
    if (isFile) writeFileSync(path, '', {mode, flag: 'wx'})
    else mkdirSync(path, mode)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}
