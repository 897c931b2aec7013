import {accessSync, constants} from 'node:fs'
import {systemPath} from '../../kernel/system-path.ts'
import {VmError} from './vm-error.ts'

/** The programs that a machine takes, with the Debian package that brings each. */
const tools: Readonly<Record<string, string>> = {
  'qemu-system-x86_64': 'qemu-system-x86',
  setpriv: 'util-linux',
  depmod: 'kmod',
  xz: 'xz-utils',
  busybox: 'busybox-static',
}

/** Which of them are missing. */
export function missingForVm(isProgram: (path: string) => boolean = mayRun): readonly string[] {
  const folders = systemPath.split(':')
  return Object.keys(tools).filter(tool => !folders.some(folder => isProgram(`${folder}/${tool}`)))
}

/** Throws VmError where a machine cannot be had: on another architecture, or for want of programs. */
export function checkPrograms(architecture: string = process.arch, missing: readonly string[] = missingForVm()): void {
  if (architecture !== 'x64')
    throw new VmError(
      `podlab vm knows machines of x86-64 only, and this one is ${architecture}. Vagrant or Lima can do it: docs/machines.md`,
    )
  if (missing.length === 0) return
  throw new VmError(`${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing. ${remedy(missing)}`)
}

function remedy(missing: readonly string[]): string {
  if (!isThere('apt-get')) return `Install what your system calls Debian's ${packagesOf(missing).join(', ')}`
  return `Type, as root: podlab vm --setup    (or: apt-get install ${packagesOf(missing).join(' ')})`
}

function packagesOf(missing: readonly string[]): readonly string[] {
  return [...new Set(missing.flatMap(tool => tools[tool] ?? []))]
}

/** What to type for them. */
export function installCommand(missing: readonly string[]): readonly [string, ...string[]] {
  return [
    'apt-get',
    'install',
    '--yes',
    '--no-install-recommends',
    '--option',
    'DPkg::Lock::Timeout=120',
    ...packagesOf(missing),
  ]
}

/** Whether the machine has a program. */
export function isThere(program: string): boolean {
  return systemPath.split(':').some(folder => mayRun(`${folder}/${program}`))
}

function mayRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
