import {closeSync, constants} from 'node:fs'
import koffi from 'koffi'

/**
 * The system calls that Node lacks, over koffi. Namespaces belong to a thread in Linux: setns and unshare change the calling
 * thread alone, so they are made in a worker thread, and whatever that thread starts next is born in those namespaces.
 */
export type Syscalls = {
  setns(fd: number, type: number): void
  unshare(flags: number): void
  mount(source: string, target: string, type: string | null, flags: number, options: string | null): void
  unmount(target: string, flags: number): void
  /** The current directory becomes the root of this mount namespace, and the old root is let go. */
  pivotHere(): void
  sethostname(name: string): void
  /** Opens a file to read it, as a process would whose root is that folder: no link and no `..` leads out. Waits for no pipe's other end. */
  openBelow(root: number, path: string): number
  /** A copy of the mount that an open file or folder lies in, showing it alone; it is attached nowhere yet. Answers its descriptor. */
  copyMount(fd: number): number
  /** Attaches what `copyMount` made at a path. */
  attachMount(fd: number, target: string): void
  /** Gives back the memory or disk space of a file's beginning; its length and the places in it stay, the rest reads as zeros. */
  punchHole(fd: number, length: number): void
  /** A TCP socket of IPv4 in the calling thread's network namespace, where it stays; not connected. */
  tcpSocket(): number
  /** A socket of IPv4 in the calling thread's network namespace, whose packets bear that type of service; not connected. */
  markedSocket(kind: {readonly protocol: 'tcp' | 'udp'; readonly tos: number}): number
  /** A TCP socket that listens at an IPv4 address and port in the calling thread's network namespace, where it stays. */
  tcpListener(place: {readonly host: string; readonly port: number}): number
  /** Lets the other end of a new pseudo-terminal be opened; answers its number under /dev/pts. `fd` is an open /dev/ptmx. */
  unlockTerminal(fd: number): number
  resizeTerminal(fd: number, size: {readonly columns: number; readonly rows: number}): void
  /** Changes the calling thread's current directory (process.chdir is refused in workers). */
  chdir(path: string): void
  /** Both ends of a pipe; nobody inherits them. */
  pipe(): {readonly readEnd: number; readonly writeEnd: number}
  /** A nameless file in memory; nobody inherits it. */
  memoryFile(name: string): number
}

/** CLONE_* flags of `unshare` and `setns`, MS_* of `mount`, MNT_* of `umount2` (linux/sched.h, sys/mount.h). */
export const clone = {
  newNs: 0x20000,
  newUts: 0x4000000,
  newIpc: 0x8000000,
  newPid: 0x20000000,
  newNet: 0x40000000,
  fs: 0x200,
}
export const mountFlag = {
  readOnly: 1,
  noSuid: 2,
  noDev: 4,
  noExec: 8,
  remount: 32,
  bind: 4096,
  recursive: 16384,
  private: 1 << 18,
}
const detach = 2
/** AF_INET, SOCK_STREAM, SOCK_DGRAM, SOCK_NONBLOCK (sys/socket.h). */
const socketOf = {internet: 2, stream: 1, datagram: 2, nonBlocking: 0x800}
/** SOL_SOCKET, SO_REUSEADDR (asm-generic/socket.h). */
const [socketLevel, reuseAddress] = [1, 2]
/** SOL_IP, IP_TOS (linux/in.h). */
const [ipLevel, typeOfService] = [0, 1]
/** How many connections may wait to be taken. */
const backlog = 128
/** TIOCSPTLCK, TIOCGPTN, TIOCSWINSZ (asm-generic/ioctls.h). */
const terminal = {setLock: 0x40045431, getNumber: 0x80045430, setSize: 0x5414}
const punchHoleKeepSize = 3
const [openCloseOnExec, memoryCloseOnExec] = [0o2000000, 1]

/* open_tree with OPEN_TREE_CLONE, OPEN_TREE_CLOEXEC and AT_EMPTY_PATH; move_mount with MOVE_MOUNT_F_EMPTY_PATH (linux/mount.h). */
const [openTree, copyCloseOnExec] = [428, 1 | 0o2000000 | 0x1000]
const [moveMount, currentFolder, fromDescriptor] = [429, -100, 4]

/* openat2 (linux/openat2.h): the number is the same everywhere; struct open_how is flags, mode and resolve, 8 bytes each. */
const openat2 = 437
const again = koffi.os.errno.EAGAIN
const mostTries = 1000
const openToRead = BigInt(constants.O_RDONLY | constants.O_NONBLOCK | 0o2000000) // and O_CLOEXEC
const resolveInRoot = 0x10n

/** A system call that the kernel refused; `code` is the errno's name. */
export class SyscallError extends Error {
  override readonly name = 'SyscallError'
  readonly code: string

  constructor(call: string, errno: number) {
    const code = errnoName(errno)
    super(`${call}: ${code}`)
    this.code = code
  }
}

/** The name of an errno, as ENOENT for 2. */
export function errnoName(errno: number): string {
  return errnoNames.get(errno) ?? `errno ${errno}`
}

const errnoNames = new Map(Object.entries(koffi.os.errno).map(([name, number]) => [number, name]))

/** Loads the C library; a few milliseconds, once a thread. */
export function loadSyscalls(): Syscalls {
  const libc = koffi.load('libc.so.6')
  const setns = libc.func('int setns(int fd, int type)')
  const unshare = libc.func('int unshare(int flags)')
  const mount = libc.func(
    'int mount(const char *source, const char *target, const char *type, unsigned long flags, const char *options)',
  )
  const umount2 = libc.func('int umount2(const char *target, int flags)')
  const sethostname = libc.func('int sethostname(const char *name, size_t length)')
  const chdir = libc.func('int chdir(const char *path)')
  const fallocate = libc.func('int fallocate64(int fd, int mode, int64_t offset, int64_t length)')
  const pipe2 = libc.func('int pipe2(_Out_ int *ends, int flags)')
  const memfdCreate = libc.func('int memfd_create(const char *name, unsigned int flags)')
  const socket = libc.func('int socket(int domain, int type, int protocol)')
  const setsockopt = libc.func('int setsockopt(int fd, int level, int name, const uint8_t *value, unsigned int length)')
  const bind = libc.func('int bind(int fd, const uint8_t *address, unsigned int length)')
  const listen = libc.func('int listen(int fd, int backlog)')
  const ioctl = libc.func('int ioctl(int fd, unsigned long request, uint8_t *argument)')
  const syscall = libc.func('long syscall(long number, ...)')

  const openHow = Buffer.from(new BigUint64Array([openToRead, 0n, resolveInRoot]).buffer)

  const check = (call: string, result: number | bigint) => {
    if (Number(result) < 0) throw new SyscallError(call, koffi.errno())
  }
  return {
    setns: (fd, type) => check(`setns(${fd}, 0x${type.toString(16)})`, setns(fd, type)),
    unshare: flags => check(`unshare(0x${flags.toString(16)})`, unshare(flags)),
    mount: (source, target, type, flags, options) =>
      check(`mount(${source}, ${target}, ${type ?? 'none'})`, mount(source, target, type, flags, options)),
    unmount: (target, flags) => check(`umount(${target})`, umount2(target, flags)),
    pivotHere: () => {
      const number = process.arch === 'x64' ? 155 : 41
      check('pivot_root(., .)', syscall(number, 'const char *', '.', 'const char *', '.'))
      check('umount(.)', umount2('.', detach))
    },
    openBelow: (root, path) => {
      const how = ['void *', openHow, 'size_t', openHow.length]
      const open = () => Number(syscall(openat2, 'int', root, 'const char *', path, ...how))
      let fd = open()
      // While something is mounted or renamed anywhere on the machine, Linux does not vouch for a `..`, and wants to be asked again.
      for (let tries = 0; fd < 0 && koffi.errno() === again && tries < mostTries; tries++) fd = open()
      check(`openat2(${path})`, fd)
      return fd
    },
    copyMount: fd => {
      const copy = Number(syscall(openTree, 'int', fd, 'const char *', '', 'unsigned int', copyCloseOnExec))
      check(`open_tree(${fd})`, copy)
      return copy
    },
    attachMount: (fd, target) => {
      const [from, to] = [
        ['int', fd, 'const char *', ''] as const,
        ['int', currentFolder, 'const char *', target] as const,
      ]
      check(`move_mount(${target})`, syscall(moveMount, ...from, ...to, 'unsigned int', fromDescriptor))
    },
    punchHole: (fd, length) => check(`fallocate(${fd})`, fallocate(fd, punchHoleKeepSize, 0, length)),
    tcpSocket: () => {
      const fd: number = socket(socketOf.internet, socketOf.stream | socketOf.nonBlocking | openCloseOnExec, 0)
      check('socket', fd)
      return fd
    },
    markedSocket: ({protocol, tos}) => {
      const type = protocol === 'tcp' ? socketOf.stream : socketOf.datagram
      const fd: number = socket(socketOf.internet, type | socketOf.nonBlocking | openCloseOnExec, 0)
      check('socket', fd)
      try {
        const value = Buffer.from(new Uint32Array([tos]).buffer)
        check(`setsockopt(IP_TOS, ${tos})`, setsockopt(fd, ipLevel, typeOfService, value, value.length))
      } catch (error) {
        closeSync(fd)
        throw error
      }
      return fd
    },
    tcpListener: ({host, port}) => {
      const fd: number = socket(socketOf.internet, socketOf.stream | socketOf.nonBlocking | openCloseOnExec, 0)
      check('socket', fd)
      try {
        const one = Buffer.from(new Uint32Array([1]).buffer)
        check('setsockopt', setsockopt(fd, socketLevel, reuseAddress, one, one.length))
        const address = socketAddress(host, port)
        check(`bind(${host}:${port})`, bind(fd, address, address.length))
        check('listen', listen(fd, backlog))
      } catch (error) {
        closeSync(fd)
        throw error
      }
      return fd
    },
    unlockTerminal: fd => {
      const [no, number] = [Buffer.alloc(4), Buffer.alloc(4)]
      check(`ioctl(${fd}, TIOCSPTLCK)`, ioctl(fd, terminal.setLock, no))
      check(`ioctl(${fd}, TIOCGPTN)`, ioctl(fd, terminal.getNumber, number))
      return number.readInt32LE()
    },
    resizeTerminal: (fd, {columns, rows}) => {
      const size = Buffer.alloc(8)
      size.writeUInt16LE(rows, 0)
      size.writeUInt16LE(columns, 2)
      check(`ioctl(${fd}, TIOCSWINSZ)`, ioctl(fd, terminal.setSize, size))
    },
    chdir: path => check(`chdir(${path})`, chdir(path)),
    pipe: () => {
      const ends = [0, 0]
      check('pipe2', pipe2(ends, openCloseOnExec))
      const [readEnd = -1, writeEnd = -1] = ends
      return {readEnd, writeEnd}
    },
    memoryFile: name => {
      const fd: number = memfdCreate(name, memoryCloseOnExec)
      check(`memfd_create(${name})`, fd)
      return fd
    },
    sethostname: name => check(`sethostname(${name})`, sethostname(name, Buffer.byteLength(name))),
  }
}

/* struct sockaddr_in (netinet/in.h): the family as this machine writes numbers, port and address as the network does. */
function socketAddress(host: string, port: number): Buffer {
  const address = Buffer.alloc(16)
  address.set(new Uint8Array(new Uint16Array([socketOf.internet]).buffer))
  address.writeUInt16BE(port, 2)
  address.set(host.split('.').map(Number), 4)
  return address
}
