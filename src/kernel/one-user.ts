import koffi from 'koffi'

/**
 * In an ordinary user's sandbox there is one user, root. Programs that begin as root and then give it up for a user of their own,
 * as tcpdump does, fail there: the kernel knows no other user, and refuses setgroups altogether; and tar, as root,
 * gives what it unpacks to its owner. For what this thread starts
 * from now on these calls succeed without doing anything (seccomp): such a program stays what it was, the caller himself.
 *
 * The filter is a BPF program: is it a call of this architecture (32-bit programs number theirs otherwise)? Load its number; if
 * it is one of those, return "error 0"; else allow.
 */
export function pretendOtherUsers(): void {
  const calls = callsThatChangeUser[process.arch]
  if (!calls) return
  const program = filterOf(calls)
  const libc = koffi.load('libc.so.6')
  const prctl = libc.func('int prctl(int option, ulong a, void *b, ulong c, ulong d)')
  const [setSeccomp, filterMode, setNoNewPrivileges] = [22, 2, 38]
  const header = Buffer.alloc(16)
  header.writeUInt16LE(program.length / 8, 0)
  header.writeBigUInt64LE(koffi.address(program), 8)
  prctl(setNoNewPrivileges, 1, null, 0, 0)
  prctl(setSeccomp, filterMode, header, 0, 0)
}

/* setuid setgid setreuid setregid setgroups setresuid setresgid setfsuid setfsgid, [l]chown fchown[at] (asm/unistd.h) */
const callsThatChangeUser: Readonly<Record<string, Calls>> = {
  x64: {architecture: 0xc000003e, numbers: [105, 106, 113, 114, 116, 117, 119, 122, 123, 92, 93, 94, 260]},
  arm64: {architecture: 0xc00000b7, numbers: [146, 144, 145, 143, 159, 147, 149, 151, 152, 54, 55]},
}

/** System calls of one architecture, as the audit system numbers it. */
type Calls = {readonly architecture: number; readonly numbers: readonly number[]}

/** The instructions, 8 bytes each: code, jumps if true and false, operand (linux/filter.h, linux/seccomp.h). */
export function filterOf({architecture, numbers}: Calls): Buffer {
  const [load, jumpIfEqual, answer] = [0x20, 0x15, 0x06]
  const [allow, errorZero] = [0x7fff0000, 0x00050000]
  const [numberOffset, architectureOffset] = [0, 4]
  const toAllow = numbers.length + 1
  return Buffer.concat(
    [
      instruction([load, 0, 0, architectureOffset]),
      instruction([jumpIfEqual, 0, toAllow, architecture]),
      instruction([load, 0, 0, numberOffset]),
      numbers.map((number, index) => instruction([jumpIfEqual, numbers.length - index, 0, number])),
      instruction([answer, 0, 0, allow]),
      instruction([answer, 0, 0, errorZero]),
    ].flat(),
  )
}

function instruction([code, ifTrue, ifFalse, operand]: readonly [number, number, number, number]): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeUInt16LE(code, 0)
  bytes.writeUInt8(ifTrue, 2)
  bytes.writeUInt8(ifFalse, 3)
  bytes.writeUInt32LE(operand, 4)
  return bytes
}

/** Whether a process's user namespace knows a single user, by its /proc/PID/uid_map: inside, outside, how many. */
export function isOneUser(uidMap: string): boolean {
  const lines = uidMap.trim().split('\n')
  return lines.length === 1 && /\s1$/.test(lines[0] ?? '')
}
