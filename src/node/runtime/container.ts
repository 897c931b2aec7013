import {chmodSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, readSync, writeFileSync} from 'node:fs'
import {basename, dirname} from 'node:path'
import type {Root} from '../../images/image.ts'
import type {Child, Children} from '../../kernel/children.ts'
import type {Namespaces} from '../../kernel/namespaces.ts'
import {mountFlag, type Syscalls} from '../../kernel/syscalls.ts'
import {candidatePaths, isProgram} from './find-program.ts'
import type {Input} from './input.ts'
import {interpreterOf} from './interpreter.ts'
import {layout} from './layout.ts'
import type {Output} from './output.ts'
import {attachMounts, carryMounts, letGo} from './volumes/mounts.ts'
import {withoutUsual} from './volumes/usual-mount.ts'
import type {Mount} from './volumes/volume.ts'

/** What a container is made of; everything is decided, nothing is looked up any more. */
export type ContainerSpec = {
  readonly id: string
  /** The process that owns the pod's network, ipc and uts namespaces. */
  readonly pausePid: number
  readonly root: Root
  readonly files: Readonly<Record<string, string>>
  /** What it sees of its pod's volumes; whose pod that is, is the part of `id` before the slash. */
  readonly mounts?: readonly Mount[]
  readonly argv: readonly [string, ...string[]]
  readonly environment: Readonly<Record<string, string>>
  readonly workingDirectory: string
  /** A process whose pid namespace it lives in: the pod's owner, or the first process of the container that it looks at. */
  readonly processesOf?: number
  /** Its first process has a standard input that stays open for those who attach, or a terminal. */
  readonly stdin?: boolean
  readonly tty?: boolean
  /** The name of a program that podlab plays; its process only stands there, podlab serves its sockets. */
  readonly played?: string
  /** The Debian packages of programs that it is known to need, for the error when one is missing. */
  readonly packages?: Readonly<Record<string, string>>
}

/** A program that cannot be started: as a container runtime would report it. */
export class StartError extends Error {
  override readonly name = 'StartError'
}

/**
 * Starts a container in its own mount namespace, and pid namespace unless it shares its pod's. Its root is an overlay: the image's
 * tree below, a private tmpfs above; so it may write anywhere, and nothing of that outlives it. Its descriptor 3 is `stands`, which
 * `init` closes when the container stands, the sockets follow.
 */
export function startContainer(
  {namespaces, children}: {readonly namespaces: Namespaces; readonly children: Children},
  spec: ContainerSpec,
  {stands, sockets, input, output}: Given,
): Child {
  return namespaces.within(
    {join: namespacesOf(spec), make: spec.processesOf === undefined ? ['mnt', 'pid'] : ['mnt']},
    () => {
      enterRoot(namespaces.syscalls, spec)
      const program = spec.played === undefined ? findProgram(spec) : standIn(spec)
      const isTerminal = input?.isTerminal === true
      const first = isTerminal ? [terminalProgram, 'terminal'] : []
      const printed = (isTerminal ? input : output)?.theirs ?? 'null'
      return children.start({
        file: '/.podlab/init',
        argv: ['/.podlab/init', ...first, program, ...spec.argv],
        environment: {...(isTerminal && {TERM: 'xterm'}), ...spec.environment},
        workingDirectory: spec.workingDirectory,
        descriptors: [input?.theirs ?? 'null', printed, printed, stands, ...sockets],
        ownSession: true,
      })
    },
  )
}

type Given = {
  readonly stands: number
  readonly sockets: readonly number[]
  readonly input?: Pick<Input, 'theirs' | 'isTerminal'>
  readonly output?: Pick<Output, 'theirs'>
}

const terminalProgram = '/.podlab/terminal'

function namespacesOf({pausePid, processesOf}: ContainerSpec) {
  const shared = ['net', 'uts', 'ipc'].map(kind => [kind, `/proc/${pausePid}/ns/${kind}`])
  return Object.fromEntries([...shared, ...(processesOf === undefined ? [] : [['pid', `/proc/${processesOf}/ns/pid`]])])
}

function enterRoot(syscalls: Syscalls, spec: ContainerSpec): void {
  const scratch = layout.scratch
  const root = `${scratch}/root`
  syscalls.mount('tmpfs', scratch, 'tmpfs', 0, 'mode=755')
  mkdirSync(root)
  if (typeof spec.root === 'string')
    mountLayer(syscalls, {lower: `${layout.roots}/${spec.root}`, name: 'top', at: root})
  else mountOwnRoot(syscalls, spec, {folder: spec.root.folder, at: root})
  if (spec.root === 'host') {
    // Folders deep in the machine's /usr belong to its root, who may be nobody here; those of the layer above belong to us.
    writeFiles(scratch, below('/usr/', spec.files))
    mountLayer(syscalls, {lower: '/usr', name: 'usr', at: `${root}/usr`})
  }
  syscalls.mount(layout.devices, `${root}/dev`, null, mountFlag.bind | mountFlag.recursive, null)
  const quiet = mountFlag.noSuid | mountFlag.noDev | mountFlag.noExec
  syscalls.mount('sysfs', `${root}/sys`, 'sysfs', mountFlag.readOnly | quiet, null)
  // A proc can be mounted by a user namespace's root only where one is in sight already; init mounts the container's over it.
  syscalls.mount('/proc', `${root}/proc`, null, mountFlag.bind | mountFlag.recursive, null)
  const read = (name: string) => readFileSync(`${layout.programs}/${name}`)
  const programs = {init: read('init'), pause: read('pause'), ...(spec.tty && {terminal: read('terminal')})}
  const uid = dirname(spec.id)
  const own = typeof spec.root === 'string' ? {root, files: Object.keys(spec.files)} : undefined
  const mounts = carryMounts(syscalls, uid, withoutUsual(syscalls, uid, spec.mounts ?? [], own))
  try {
    syscalls.chdir(root)
    syscalls.pivotHere()
    furnish(spec, programs)
    attachMounts(syscalls, mounts)
  } finally {
    letGo(mounts)
  }
  mkdirSync(spec.workingDirectory, {recursive: true})
}

type TinyPrograms = {readonly init: Buffer; readonly pause: Buffer; readonly terminal?: Buffer}

/* From within, where no link of an image leads out. */
function furnish(spec: ContainerSpec, {init, pause, terminal}: TinyPrograms): void {
  mkdirSync('/.podlab', {recursive: true})
  writeFileSync('/.podlab/init', init, {mode: 0o755})
  if (terminal) writeFileSync(terminalProgram, terminal, {mode: 0o755})
  if (spec.played !== undefined) {
    mkdirSync(dirname(standIn(spec)))
    writeFileSync(standIn(spec), pause, {mode: 0o755})
  }
  const inUsr = spec.root === 'host' ? below('/usr/', spec.files) : {}
  const rest = Object.entries(spec.files).filter(([path]) => !(path in inUsr))
  if (typeof spec.root === 'string') writeFiles('', Object.fromEntries(rest))
}

function below(folder: string, files: ContainerSpec['files']): ContainerSpec['files'] {
  return Object.fromEntries(Object.entries(files).filter(([path]) => path.startsWith(folder)))
}

function writeFiles(root: string, files: ContainerSpec['files']): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(`${root}${path}`), {recursive: true})
    writeFileSync(`${root}${path}`, text, {mode: text.startsWith('#!') ? 0o755 : 0o644})
  }
}

/*
 * An image of one's own may hold anything, lack much, and belong to another user, whose files Linux lets nobody change here. So what
 * podlab brings is in the writable layer before the image comes below it: folders there join those of the image, and cover links that
 * would lead a mount elsewhere. Devices and setuid bits of the image count for nothing.
 */
function mountOwnRoot(syscalls: Syscalls, {files}: ContainerSpec, {folder, at}: {folder: string; at: string}): void {
  const upper = `${layout.scratch}/top`
  for (const name of ['dev', 'proc', 'sys', 'etc', '.podlab']) mkdirSync(`${upper}/${name}`, {recursive: true})
  mkdirSync(`${upper}/tmp`)
  chmodSync(`${upper}/tmp`, 0o1777)
  writeFiles(upper, files)
  try {
    mountLayer(syscalls, {lower: folder, name: 'top', at, flags: mountFlag.noDev | mountFlag.noSuid})
  } catch (cause) {
    throw new StartError(`the image's root cannot be shown: ${(cause as Error).message}`, {cause})
  }
}

type Layer = {readonly lower: string; readonly name: string; readonly at: string; readonly flags?: number}

function mountLayer(syscalls: Syscalls, {lower, name, at, flags = 0}: Layer): void {
  const upper = `${layout.scratch}/${name}`
  const work = `${layout.scratch}/${name}.work`
  for (const folder of [upper, work]) mkdirSync(folder, {recursive: true})
  syscalls.mount('overlay', at, 'overlay', flags, `lowerdir=${lower},upperdir=${upper},workdir=${work},userxattr`)
}

/* What stands there for a played program, by that program's name: `ss` and `ps` take a process's name from its file. */
function standIn({argv: [name]}: ContainerSpec): string {
  return `/.podlab/played/${basename(name)}`
}

/* Already inside the container's root: looks a program up as execvp would. */
function findProgram({argv: [name], environment, workingDirectory, packages}: ContainerSpec): string {
  const found = candidatePaths(name, {environment, workingDirectory}).find(isProgram)
  if (found) {
    const interpreter = interpreterOf(readHead(found))
    if (interpreter === undefined || existsSync(interpreter)) return found
    throw new StartError(`exec: "${name}": it needs ${interpreter}, which the image does not have`)
  }
  const remedy = packages?.[name] ? `; this machine lacks it, the Debian package ${packages[name]} brings it` : ''
  throw new StartError(
    name.includes('/')
      ? `exec: "${name}": no such program in the image`
      : `exec: "${name}": executable file not found in $PATH (${environment.PATH ?? ''})${remedy}`,
  )
}

/* A program that may be run but not read keeps its secret. */
function readHead(path: string): Buffer {
  let file: number | undefined
  try {
    file = openSync(path, 'r')
    const buffer = Buffer.alloc(4096)
    return buffer.subarray(0, readSync(file, buffer))
  } catch {
    return Buffer.alloc(0)
  } finally {
    if (file !== undefined) closeSync(file)
  }
}
