import {chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {mountFlag, type Syscalls} from '../../kernel/syscalls.ts'
import {layout} from './layout.ts'
import {nodeFolder, ownFolders} from './volumes/node-folders.ts'

/** The node's own pause program, in the node's mount namespace. */
export const nodePause = '/run/podlab/pause'

/** Makes a node of a new mount namespace: the machine's files, with /sys, the names in /etc and some folders of its own, which its pods may share. */
export function nodeMounts(syscalls: Syscalls, hostname: string): void {
  const pause = readFileSync(`${layout.programs}/pause`)
  const scratch = layout.scratch
  syscalls.mount('tmpfs', scratch, 'tmpfs', 0, 'mode=755')
  for (const folder of ['etc', 'etc.work']) mkdirSync(`${scratch}/${folder}`)
  const layers = `lowerdir=/etc,upperdir=${scratch}/etc,workdir=${scratch}/etc.work,userxattr`
  syscalls.mount('overlay', '/etc', 'overlay', 0, layers)
  for (const [name, text] of Object.entries(namesOf(hostname))) {
    rmSync(`/etc/${name}`, {force: true})
    writeFileSync(`/etc/${name}`, text)
  }
  bindOwnFolders(syscalls, hostname)
  if (existsSync('/sys'))
    syscalls.mount('sysfs', '/sys', 'sysfs', mountFlag.noSuid | mountFlag.noDev | mountFlag.noExec, null)
  for (const folder of ['/run/podlab', '/run/flannel', '/run/netns']) mkdirSync(folder)
  writeFileSync(nodePause, pause, {mode: 0o755})
}

/* All of them lie below /run, which comes last, as its own folder covers the way there. */
function bindOwnFolders(syscalls: Syscalls, node: string): void {
  for (const folder of ownFolders.toReversed()) {
    mkdirSync(nodeFolder(node, folder), {recursive: true})
    if (folder === '/tmp') chmodSync(nodeFolder(node, folder), 0o1777)
    if (existsSync(folder)) syscalls.mount(nodeFolder(node, folder), folder, null, mountFlag.bind, null)
  }
}

function namesOf(hostname: string): Readonly<Record<string, string>> {
  return {
    hostname: `${hostname}\n`,
    hosts: `127.0.0.1\tlocalhost\n127.0.1.1\t${hostname}\n`,
    'resolv.conf': '',
  }
}
