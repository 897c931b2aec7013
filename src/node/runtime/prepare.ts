import {execFileSync} from 'node:child_process'
import {
  closeSync,
  copyFileSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import {arch} from 'node:process'
import {tinyElf} from '../../kernel/elf.ts'
import type {Namespaces} from '../../kernel/namespaces.ts'
import {mountFlag, type Syscalls} from '../../kernel/syscalls.ts'
import {layout} from './layout.ts'
import {usualMountPoint} from './volumes/usual-mount.ts'

/** Makes, once a sandbox, what all containers share: tiny programs, device files and the roots below their writable layers. */
export function prepare({syscalls}: Namespaces): void {
  const {programs, scratch, logs, volumes, readOnlyVolumes} = layout
  for (const folder of [programs, layout.devices, scratch, logs, volumes, readOnlyVolumes])
    mkdirSync(folder, {recursive: true})
  syscalls.mount(volumes, readOnlyVolumes, null, mountFlag.bind, null)
  const readOnly = mountFlag.bind | mountFlag.remount | mountFlag.readOnly | mountFlag.noSuid | mountFlag.noDev
  syscalls.mount('none', readOnlyVolumes, null, readOnly, null)
  for (const program of ['pause', 'init', 'terminal'] as const)
    writeFileSync(`${layout.programs}/${program}`, tinyElf(program, arch), {mode: 0o755})
  makeDevices(syscalls)
  makeHostRoot(`${layout.roots}/host`)
  makeBusyboxRoot(`${layout.roots}/busybox`)
}

/* Device files cannot be made in a user namespace, so the machine's own are bound. */
function makeDevices(syscalls: Syscalls): void {
  const dev = layout.devices
  syscalls.mount('tmpfs', dev, 'tmpfs', mountFlag.noSuid, 'mode=755')
  for (const device of ['null', 'zero', 'full', 'random', 'urandom', 'tty']) {
    closeSync(openSync(`${dev}/${device}`, 'w'))
    syscalls.mount(`/dev/${device}`, `${dev}/${device}`, null, mountFlag.bind, null)
  }
  for (const folder of ['pts', 'shm']) mkdirSync(`${dev}/${folder}`, {mode: 0o1777})
  syscalls.mount(
    'devpts',
    `${dev}/pts`,
    'devpts',
    mountFlag.noSuid | mountFlag.noExec,
    'newinstance,ptmxmode=0666,mode=620',
  )
  symlinkSync('pts/ptmx', `${dev}/ptmx`)
  symlinkSync('/proc/self/fd', `${dev}/fd`)
  for (const [number, name] of ['stdin', 'stdout', 'stderr'].entries())
    symlinkSync(`/proc/self/fd/${number}`, `${dev}/${name}`)
}

/* The machine's programs: /usr joins as a layer of its own when the container is made. */
function makeHostRoot(root: string): void {
  makeTree(root)
  mkdirSync(`${root}/usr`)
  for (const link of ['bin', 'sbin', 'lib', 'lib64', 'lib32']) copyTopLevel(`/${link}`, `${root}/${link}`)
  for (const name of hostEtc)
    if (existsSync(`/etc/${name}`))
      cpSync(`/etc/${name}`, `${root}/etc/${name}`, {recursive: true, verbatimSymlinks: true})
}

/* What programs look up in /etc, and nothing that is secret. */
const hostEtc = [
  'alternatives',
  'ld.so.cache',
  'ld.so.conf',
  'ld.so.conf.d',
  'protocols',
  'services',
  'ethertypes',
  'iproute2',
]

/* Since the merged /usr, /bin and its like are links into it. */
function copyTopLevel(from: string, to: string): void {
  if (!existsSync(from)) return
  if (!lstatSync(from).isSymbolicLink())
    throw new Error(
      `${from} is a folder here, not a link into /usr; podlab needs a machine with merged /usr (Debian 12, Ubuntu 22.04 or newer)`,
    )
  symlinkSync(readlinkSync(from), to)
}

function makeBusyboxRoot(root: string): void {
  makeTree(root)
  mkdirSync(`${root}/bin`)
  const busybox = ['/usr/bin/busybox', '/bin/busybox'].find(path => existsSync(path))
  if (!busybox) return // an image that needs it says so
  copyFileSync(busybox, `${root}/bin/busybox`)
  const applets = execFileSync(busybox, ['--list'], {encoding: 'utf8'}).trim().split('\n')
  for (const applet of applets.filter(name => name !== 'busybox')) symlinkSync('busybox', `${root}/bin/${applet}`)
  mkdirSync(`${root}/usr`)
  symlinkSync('../bin', `${root}/usr/bin`)
  symlinkSync('bin', `${root}/sbin`)
}

function makeTree(root: string): void {
  mkdirSync(root, {recursive: true})
  for (const folder of ['dev', 'etc', 'home', 'mnt', 'opt', 'proc', 'root', 'run', 'srv', 'sys', 'var'])
    mkdirSync(`${root}/${folder}`)
  for (const folder of ['tmp', 'var/tmp']) mkdirSync(`${root}/${folder}`, {mode: 0o1777})
  for (const folder of ['var/log', 'var/lib', 'var/run', 'var/cache']) mkdirSync(`${root}/${folder}`)
  mkdirSync(`${root}${usualMountPoint}`, {recursive: true})
  writeFileSync(
    `${root}/etc/passwd`,
    'root:x:0:0:root:/root:/bin/sh\ntcpdump:x:0:0:what tcpdump becomes:/nonexistent:/bin/false\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\n',
  )
  writeFileSync(`${root}/etc/group`, 'root:x:0:\nnogroup:x:65534:\n')
  writeFileSync(`${root}/etc/nsswitch.conf`, 'passwd: files\ngroup: files\nhosts: files dns\n')
}
