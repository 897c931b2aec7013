import koffi from 'koffi'
import {SyscallError} from './syscalls.ts'

/**
 * System calls that move packets between descriptors and memory, over koffi. The memory lies outside of JavaScript's heap, and a
 * call is given its address as a number: that costs the call some 100 ns more than it does in C, and nothing is copied or made.
 * Descriptors made here are not closed by anybody else, not even when their thread ends.
 */
export type PacketIo = {
  /** Memory that lives as long as the process. */
  memory(size: number): Memory
  /** Waits until a descriptor of a table of `struct pollfd` is ready; without end, and for nothing in particular. */
  poll(table: Memory, count: number): void
  /** These answer how many bytes were moved, or the negative of an errno. */
  read(fd: number, to: Memory, size: number): number
  write(fd: number, from: Memory, size: number): number
  receive(fd: number, to: Memory, size: number): number
  send(fd: number, from: Memory, size: number, address: Memory): number
  /** These throw SyscallError. */
  socket(domain: number, type: number, protocol: number): number
  bind(fd: number, address: Memory): void
  /** `argument` is a number, or the address of something. */
  ioctl(fd: number, request: number, argument: number): void
  eventfd(): number
  close(fd: number): void
}

/** A piece of memory: its address, and its bytes as JavaScript sees them. */
export type Memory = {readonly address: number; readonly bytes: Uint8Array; readonly view: DataView}

/** What a read of a device that was deleted meets with: EBADFD of a TUN device, ENETDOWN of a packet socket. */
export const errno = {badState: 77, down: 100}

/** Loads the C library; a millisecond, once a thread. */
export function loadPacketIo(): PacketIo {
  const libc = koffi.load('libc.so.6')
  const poll = libc.func('int poll(uintptr_t table, unsigned long count, int timeout)')
  const read = libc.func('long read(int fd, uintptr_t to, size_t size)')
  const write = libc.func('long write(int fd, uintptr_t from, size_t size)')
  const recv = libc.func('long recv(int fd, uintptr_t to, size_t size, int flags)')
  const sendto = libc.func(
    'long sendto(int fd, uintptr_t from, size_t size, int flags, uintptr_t address, unsigned int length)',
  )
  const socket = libc.func('int socket(int domain, int type, int protocol)')
  const bind = libc.func('int bind(int fd, uintptr_t address, unsigned int length)')
  const ioctl = libc.func('int ioctl(int fd, unsigned long request, uintptr_t argument)')
  const eventfd = libc.func('int eventfd(unsigned int value, int flags)')
  const close = libc.func('int close(int fd)')

  const count = (result: number) => (result < 0 ? -koffi.errno() : result)
  const check = (call: string, result: number) => {
    if (result < 0) throw new SyscallError(call, koffi.errno())
    return result
  }
  return {
    memory: size => {
      const pointer = koffi.alloc('uint8_t', size)
      const buffer = koffi.view(pointer, size)
      return {address: Number(koffi.address(pointer)), bytes: new Uint8Array(buffer), view: new DataView(buffer)}
    },
    poll: (table, length) => void poll(table.address, length, -1),
    read: (fd, to, size) => count(read(fd, to.address, size)),
    write: (fd, from, size) => count(write(fd, from.address, size)),
    receive: (fd, to, size) => count(recv(fd, to.address, size, dontWait)),
    send: (fd, from, size, to) => count(sendto(fd, from.address, size, dontWait, to.address, to.bytes.length)),
    socket: (domain, type, protocol) => check('socket', socket(domain, type | closeOnExec, protocol)),
    bind: (fd, address) => void check('bind', bind(fd, address.address, address.bytes.length)),
    ioctl: (fd, request, argument) => void check(`ioctl(0x${request.toString(16)})`, ioctl(fd, request, argument)),
    eventfd: () => check('eventfd', eventfd(0, nonBlocking | closeOnExec)),
    close: fd => void close(fd),
  }
}

/** MSG_DONTWAIT; SOCK_CLOEXEC, which is EFD_CLOEXEC too; EFD_NONBLOCK. */
const dontWait = 0x40
const closeOnExec = 0o2000000
const nonBlocking = 0o4000
