import {closeSync, existsSync, fstatSync, mkdirSync, type Stats} from 'node:fs'
import {posix} from 'node:path'
import {SyscallError, type Syscalls} from '../../../kernel/syscalls.ts'
import {layout} from '../layout.ts'
import {VolumeError} from './volume.ts'
import {openOrMake, openRoot} from './walk.ts'

/**
 * What a node has of its own, where otherwise it shows the machine's files. Only there, and where the machine has nothing at all, a pod
 * comes by a hostPath; what the machine does not have is seen by the pods of that node alone.
 */
export const ownFolders = ['/run', '/tmp', '/mnt', '/srv', '/var/log'] as const

/** Where a node's own folder lies. */
export function nodeFolder(node: string, path = ''): string {
  return `${layout.nodes}/${node}${path}`
}

export type NodePath = {readonly node: string; readonly path: string; readonly type: string}

/** Opens a hostPath, made if its type says so. Throws VolumeError in the kubelet's words, or when the path is the machine's. */
export function openNodePath(syscalls: Syscalls, {node, path: said, type}: NodePath): number {
  const path = posix.resolve('/', said).replace(/^\/var\/run(?=\/|$)/, '/run')
  refuseMachine(path)
  mkdirSync(nodeFolder(node), {recursive: true})
  const root = openRoot(nodeFolder(node))
  try {
    const file = open(syscalls, root, path, type)
    const [is, words] = checks[type] ?? [() => true, '']
    if (file !== undefined && is(fstatSync(file))) return file
    if (file !== undefined) closeSync(file)
    throw new VolumeError(`hostPath type check failed: ${said} is not ${words}`)
  } finally {
    closeSync(root)
  }
}

function refuseMachine(path: string): void {
  const isOwn = ownFolders.some(folder => path === folder || path.startsWith(`${folder}/`))
  const [, first = ''] = path.split('/')
  if (isOwn || (path !== '/' && !existsSync(`/${first}`))) return
  throw new VolumeError(
    `podlab does not give pods ${path} of the machine that it runs on; a path below ${ownFolders.join(', ')}, or one below a folder of the root that this machine does not have, is the node's own`,
  )
}

/* What is not there, or cannot be opened, such as a socket that nobody serves, is of no type that a lab's node could have. */
function open(syscalls: Syscalls, root: number, path: string, type: string): number | undefined {
  const last = type === '' || type === 'DirectoryOrCreate' ? 'folder' : type === 'FileOrCreate' ? 'file' : 'nothing'
  try {
    return openOrMake(syscalls, root, {path, mode: last === 'file' ? 0o644 : 0o755, last})
  } catch (error) {
    if (error instanceof SyscallError && ['ENOENT', 'ENXIO', 'ENOTDIR'].includes(error.code)) return undefined
    throw error
  }
}

const isFolder = (stats: Stats) => stats.isDirectory()
const isFile = (stats: Stats) => stats.isFile()

const checks: Readonly<Record<string, readonly [(stats: Stats) => boolean, string]>> = {
  '': [() => true, 'there'],
  DirectoryOrCreate: [isFolder, 'a directory'],
  Directory: [isFolder, 'a directory'],
  FileOrCreate: [isFile, 'a file'],
  File: [isFile, 'a file'],
  Socket: [stats => stats.isSocket(), 'a socket file'],
  CharDevice: [stats => stats.isCharacterDevice(), 'a character device'],
  BlockDevice: [stats => stats.isBlockDevice(), 'a block device'],
}
