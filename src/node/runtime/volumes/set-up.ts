import {chmodSync, closeSync, existsSync, mkdirSync, rmSync} from 'node:fs'
import {mountFlag, type Syscalls} from '../../../kernel/syscalls.ts'
import {layout} from '../layout.ts'
import {type NodePath, openNodePath} from './node-folders.ts'
import {type VolumeContent, VolumeError, type VolumesQuestion} from './volume.ts'
import {openRoot} from './walk.ts'
import {writeFiles} from './write-files.ts'

/* The volumes that are no folders of podlab's own, by pod and name. */
const bounded = new Map<string, Set<string>>()
const onNode = new Map<string, Map<string, NodePath>>()

/** Makes volumes of a pod, or brings them to what they should hold now. Throws VolumeError in the kubelet's words. */
export function setUpVolumes(syscalls: Syscalls, {uid, volumes}: VolumesQuestion): Record<never, never> {
  mkdirSync(placeOf(uid), {recursive: true})
  for (const [name, content] of Object.entries(volumes)) {
    try {
      setUp(syscalls, {uid, name}, content)
    } catch (cause) {
      const {message} = cause as Error
      throw new VolumeError(`MountVolume.SetUp failed for volume "${name}" : ${message}`, {cause})
    }
  }
  return {}
}

type VolumePlace = {readonly uid: string; readonly name: string}

function setUp(syscalls: Syscalls, {uid, name}: VolumePlace, content: VolumeContent): void {
  const place = placeOf(uid, name)
  switch (content.kind) {
    case 'folder':
      if (!existsSync(place)) makeFolder(syscalls, {uid, name}, content.bytes)
      return
    case 'files':
      if (!existsSync(place)) mkdirSync(place)
      writeFiles(place, content.files, new Date())
      return
    case 'node':
      closeSync(openNodePath(syscalls, content))
      of(onNode, uid, () => new Map()).set(name, content)
  }
}

/* All of /run lies in memory; only a bound needs a file system of its own. */
function makeFolder(syscalls: Syscalls, {uid, name}: VolumePlace, bytes: number | undefined): void {
  const place = placeOf(uid, name)
  mkdirSync(place)
  if (bytes !== undefined) {
    syscalls.mount('tmpfs', place, 'tmpfs', mountFlag.noSuid | mountFlag.noDev, `size=${bytes}`)
    of(bounded, uid, () => new Set()).add(name)
  }
  chmodSync(place, 0o777)
}

/** Opens a volume of a pod: its folder, or what it is on the node. */
export function openVolume(syscalls: Syscalls, {uid, name}: VolumePlace): number {
  const path = onNode.get(uid)?.get(name)
  return path ? openNodePath(syscalls, path) : openRoot(placeOf(uid, name))
}

/** A volume's folder where it is for reading only; undefined when it is none of podlab's own. */
export function readOnlyFolder({uid, name}: VolumePlace): string | undefined {
  const isElsewhere = onNode.get(uid)?.has(name) || bounded.get(uid)?.has(name)
  return isElsewhere ? undefined : `${layout.readOnlyVolumes}/${uid}/${name}`
}

/** Removes what a pod's volumes hold, but for what lies on its node. */
export function removeVolumes(syscalls: Syscalls, uid: string): Record<never, never> {
  for (const name of bounded.get(uid) ?? []) syscalls.unmount(placeOf(uid, name), detach)
  bounded.delete(uid)
  onNode.delete(uid)
  rmSync(placeOf(uid), {recursive: true, force: true})
  return {}
}

/* MNT_DETACH (sys/mount.h): a container that is just ending may still have a file there open. */
const detach = 2

function placeOf(uid: string, name = ''): string {
  return `${layout.volumes}/${uid}${name && `/${name}`}`
}

function of<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const value = map.get(key) ?? make()
  map.set(key, value)
  return value
}
