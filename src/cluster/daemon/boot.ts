import {mkdirSync, readFileSync} from 'node:fs'
import {loadSyscalls, mountFlag} from '../../kernel/syscalls.ts'
import {layout} from '../../node/runtime/layout.ts'

/** This process's id as the host sees it; to be read before the sandbox's own /proc covers the host's. */
export function hostPid(): number {
  const line = readFileSync('/proc/self/status', 'utf8').match(/^NSpid:\s+(\d+)/m)
  return Number(line?.[1] ?? process.pid)
}

/**
 * Makes the sandbox's own /proc, /sys and /run, and the folder of named network namespaces that `ip netns` reads. All of it lies in
 * memory; logs have a bound of their own, so that programs that print for ever fill neither the memory nor /run.
 */
export function mountSandbox(): void {
  const {mount, sethostname} = loadSyscalls()
  const quiet = mountFlag.noSuid | mountFlag.noDev | mountFlag.noExec
  mount('proc', '/proc', 'proc', quiet, null)
  mount('sysfs', '/sys', 'sysfs', quiet, null)
  mount('tmpfs', '/run', 'tmpfs', mountFlag.noSuid | mountFlag.noDev, 'mode=755')
  mkdirSync('/run/netns')
  mkdirSync('/run/lock')
  mkdirSync(layout.logs, {recursive: true})
  mount('tmpfs', layout.logs, 'tmpfs', quiet, 'mode=755,size=20%')
  sethostname('podlab')
}
