import {mkdirSync, symlinkSync} from 'node:fs'
import {netnsPath} from '../../kernel/netns-path.ts'
import {loadSyscalls, mountFlag} from '../../kernel/syscalls.ts'
import {layout} from '../../node/runtime/layout.ts'

/**
 * What the agent of a node needs of a file system, in mounts of its own that go with it: the processes that it starts, the folder in which its
 * runtime works, and the names of network namespaces, first that of the node itself. What a lab has of the node's own folders stays in its place.
 */
export function mountAgent(name: string): void {
  const {mount, unmount} = loadSyscalls()
  const quiet = mountFlag.noSuid | mountFlag.noDev | mountFlag.noExec
  const own = `${layout.nodes}/${name}`
  mount('none', '/', null, mountFlag.private | mountFlag.recursive, null)
  mkdirSync(own, {recursive: true})
  mount(own, own, null, mountFlag.bind, null)
  mount('tmpfs', '/mnt', 'tmpfs', 0, 'mode=755')
  mkdirSync('/mnt/own')
  mount(own, '/mnt/own', null, mountFlag.bind | mountFlag.recursive, null)
  mount('tmpfs', layout.home, 'tmpfs', mountFlag.noSuid | mountFlag.noDev, 'mode=755')
  mkdirSync(own, {recursive: true})
  mount('/mnt/own', own, null, mountFlag.bind | mountFlag.recursive, null)
  unmount('/mnt/own', detach)
  unmount('/mnt', detach)
  mkdirSync(layout.logs, {recursive: true})
  mount('tmpfs', layout.logs, 'tmpfs', quiet, 'mode=755,size=20%')
  mkdirSync('/run/netns', {recursive: true})
  mount('tmpfs', '/run/netns', 'tmpfs', quiet, 'mode=755')
  mount('proc', '/proc', 'proc', quiet, null)
  symlinkSync('/proc/1/ns/net', netnsPath(name))
}

/* MNT_DETACH (sys/mount.h) */
const detach = 2
