import {accessSync, constants, existsSync} from 'node:fs'
import {constants as constantsOf} from 'node:os'
import koffi from 'koffi'
import {errnoName} from './syscalls.ts'

/**
 * Starts a program in the calling thread's namespaces, by posix_spawn; answers its pid, or throws SpawnError. Node forks, which copies
 * the page tables of all of Node, some 2 ms each time; posix_spawn lends the child its memory until the program is there (CLONE_VM,
 * CLONE_VFORK). As with Node no signal is blocked in the child and none ignored, and of this process's descriptors it has those that it
 * is given. Unlike with Node the answer comes a moment before the new program's words are in /proc/PID, and nobody waits for its end:
 * see `children.ts`. A file that somebody still writes is waited for, two seconds at most.
 */
export type Spawn = (program: Program) => number

export type Program = {
  /** Its file; looked up in the child's PATH when it has no slash. */
  readonly file: string
  /** Its arguments, the first of them the name by which it is called. */
  readonly argv: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly workingDirectory: string
  /** What become its descriptors 0, 1, 2 and so on: descriptors of this process, or /dev/null as the child sees it. */
  readonly descriptors: readonly (number | 'null')[]
  /** It leads a session of its own, out of reach of this one's terminal. */
  readonly ownSession?: boolean
}

/** A program that could not be started; `code` is the errno's name. */
export class SpawnError extends Error {
  override readonly name = 'SpawnError'
  readonly code: string

  constructor(file: string, code: string) {
    super(`spawn ${file} ${code}`)
    this.code = code
  }
}

/** Loads the C library; a few milliseconds, once a thread. */
export function loadSpawn(): Spawn {
  const libc = koffi.load('libc.so.6')
  const posixSpawn = libc.func(
    'int posix_spawn(_Out_ int *pid, const char *file, void *actions, void *attributes, const char **argv, const char **variables)',
  )
  const initActions = libc.func('int posix_spawn_file_actions_init(void *actions)')
  const destroyActions = libc.func('int posix_spawn_file_actions_destroy(void *actions)')
  const addDup = libc.func('int posix_spawn_file_actions_adddup2(void *actions, int from, int to)')
  const addOpen = libc.func(
    'int posix_spawn_file_actions_addopen(void *actions, int fd, const char *path, int flags, unsigned int mode)',
  )
  const addChdir = libc.func('int posix_spawn_file_actions_addchdir_np(void *actions, const char *path)')
  const closeOthers = optional(() =>
    libc.func('int posix_spawn_file_actions_addclosefrom_np(void *actions, int first)'),
  )
  const initAttributes = libc.func('int posix_spawnattr_init(void *attributes)')
  const setDefaults = libc.func('int posix_spawnattr_setsigdefault(void *attributes, const void *signals)')
  const setFlags = libc.func('int posix_spawnattr_setflags(void *attributes, short flags)')
  const fcntl = libc.func('int fcntl(int fd, int command, ...)')
  const close = libc.func('int close(int fd)')

  /* The mask of blocked signals in new attributes is empty. */
  const attributesWith = (flags: number) => {
    const attributes = Buffer.alloc(512)
    initAttributes(attributes)
    setDefaults(attributes, Buffer.alloc(128, 0xff))
    setFlags(attributes, flags)
    return attributes
  }
  const sameSession = attributesWith(setSignalDefaults | setSignalMask)
  const newSession = attributesWith(setSignalDefaults | setSignalMask | setSession)

  return program => {
    refuseNul(program)
    const {argv, environment, workingDirectory, descriptors, ownSession = false} = program
    const done = (errno: number) => {
      if (errno !== 0) throw new SpawnError(program.file, errnoName(errno))
    }
    const file = find(program)
    const actions = Buffer.alloc(256)
    const copies: number[] = []
    /* A descriptor whose number the child uses for another one has to step aside. */
    const outOfTheWay = (fd: number): number => {
      if (fd >= descriptors.length) return fd
      const copy: number = fcntl(fd, duplicateAbove, 'int', descriptors.length)
      if (copy < 0) done(koffi.errno())
      copies.push(copy)
      return copy
    }
    done(initActions(actions))
    try {
      for (const [to, from] of descriptors.entries())
        done(
          from === 'null' ? addOpen(actions, to, '/dev/null', readAndWrite, 0) : addDup(actions, outOfTheWay(from), to),
        )
      if (closeOthers) done(closeOthers(actions, descriptors.length))
      done(addChdir(actions, workingDirectory))
      const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`)
      const pid = [0]
      const attributes = ownSession ? newSession : sameSession
      done(onceWritten(() => posixSpawn(pid, file, actions, attributes, [...argv, null], [...variables, null])))
      return pid[0] ?? 0
    } finally {
      destroyActions(actions)
      for (const copy of copies) close(copy)
    }
  }
}

/*
 * What this process has just written and closed may be open all the same: a child that it began elsewhere at that moment has a copy of
 * the descriptor until it becomes another program. That takes a moment, or a few on a busy machine.
 */
function onceWritten(attempt: () => number): number {
  for (let waited = 0; waited < longestWait; waited++) {
    const errno = attempt()
    if (errno !== constantsOf.errno.ETXTBSY) return errno
    Atomics.wait(nothing, 0, 0, 1)
  }
  return attempt()
}

const nothing = new Int32Array(new SharedArrayBuffer(4))

/* In milliseconds. */
const longestWait = 2000

/* POSIX_SPAWN_SETSIGDEF, _SETSIGMASK, _SETSID (spawn.h), F_DUPFD_CLOEXEC, O_RDWR (fcntl.h) */
const [setSignalDefaults, setSignalMask, setSession] = [0x04, 0x08, 0x80]
const [duplicateAbove, readAndWrite] = [1030, 2]

/* glibc has it since 2.34; before, whoever started podlab may leave its own descriptors to all that podlab starts. */
function optional<T>(load: () => T): T | undefined {
  try {
    return load()
  } catch {
    return undefined
  }
}

/* C ends a text at its first NUL: what follows would be lost silently. */
function refuseNul({file, argv, environment, workingDirectory}: Program): void {
  const all = [file, workingDirectory, ...argv, ...Object.entries(environment).flat()]
  if (all.some(text => text.includes('\0'))) throw new SpawnError(file, 'EINVAL')
}

/* As execvp does; a file that may not be run is better news than none. */
function find({file, environment: {PATH = ''}}: Program): string {
  if (file.includes('/')) return file
  const found = PATH.split(':')
    .map(folder => `${folder || '.'}/${file}`)
    .filter(path => existsSync(path))
  const runnable = found.find(isRunnable)
  if (runnable === undefined) throw new SpawnError(file, found.length > 0 ? 'EACCES' : 'ENOENT')
  return runnable
}

function isRunnable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
