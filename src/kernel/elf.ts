/**
 * Three programs so small that they are written as machine code: a pod costs its namespaces and 8 KiB, and nothing has to be
 * compiled or downloaded.
 *
 * `pause` owns a pod's namespaces, as Kubernetes' pause container does. It ignores SIGCHLD, so that the kernel reaps what is
 * orphaned in its pid namespace, and waits for signals for ever.
 *
 * `init PATH ARGV0 [ARG...]` is what a container starts as: first process of a new pid namespace, which alone can mount the
 * /proc that shows this namespace. It does so, closes descriptor 3, by which whoever holds the other end knows that the container
 * stands, and becomes PATH (execve); where that fails it ends with code 127. While PATH is still being written it waits, two seconds
 * at most: podlab has written it just now, and a process that podlab began at that moment may hold it open until it is what it will be.
 *
 * `terminal PATH ARGV0 [ARG...]` makes its standard input, a terminal, the one that controls its session, closes descriptor 3 and becomes PATH. Its parent has
 * made it the leader of a new session; only such a process can do this, and only for itself.
 */
export type TinyProgram = 'pause' | 'init' | 'terminal'

/** The ELF file of a tiny program for this machine's architecture (as Node names it); throws on one that is not known. */
export function tinyElf(program: TinyProgram, arch: string): Uint8Array {
  const target = targets[arch]
  if (!target) throw new Error(`podlab runs on x64 and arm64 machines; this one is ${arch}`)
  return elfOf(target.machine, Buffer.from(target[program], 'hex'))
}

/* Code of `pause`: rt_sigaction(SIGCHLD, {SIG_IGN}); for (;;) pause()  (arm64 has no pause: ppoll of nothing).
   Code of `mountProc`: mount("proc", "/proc", "proc", nosuid|nodev|noexec); the words lie behind what follows, `become`.
   Code of `ownTerminal`: ioctl(0, TIOCSCTTY, 0).
   Code of `become`: close(3); up to 2000 times { execve(argv[1], argv + 2, environ); unless it says ETXTBSY, no more; wait a
   millisecond }; exit(127). */
const codes = {
  x64: {
    pause: '6a006a006a006a01bf110000004889e631d241ba08000000b80d0000000f05b8220000000f05ebf7',
    mountProc: '488d3d6d000000488d35650000004889fa41ba0e0000004531c0b8a50000000f05',
    ownTerminal: '31ffbe0e54000031d2b8100000000f05',
    become:
      'bf03000000b8030000000f0541bcd0070000488b7c2410488d742418488b0c24488d54cc10b83b0000000f0583f8e67515' +
      '31ff31f6ba01000000b8070000000f0541ffcc75ccbf7f000000b83c0000000f05',
  },
  arm64: {
    pause:
      'ff8300d1200080d2e07f00a9ff7f01a9200280d2e1030091020080d2030180d2c81080d2010000d4' +
      '000080d2010080d2020080d2030080d2280980d2010000d4faffff17',
    mountProc: '00040030e1030010e20300aac30180d2040080d2080580d2010000d4',
    ownTerminal: '000080d2c1818ad2020080d2a80380d2010000d4',
    become:
      '600080d2280780d2010000d413fa80d2e90340f9e00b40f9e1630091e26f298b42400091a81b80d2010000d41f6800b141010054' +
      '094888d2e901a0f2ff273fa9e04300d1010080d2a80c80d2010000d4730600f1e1fdff54e00f80d2a80b80d2010000d4',
  },
}

/* "/proc" */
const words = '2f70726f6300'

function targetOf(machine: number, {pause, mountProc, ownTerminal, become}: (typeof codes)['x64']) {
  return {machine, pause, init: mountProc + become + words, terminal: ownTerminal + become}
}

const targets: Readonly<Record<string, {machine: number} & Record<TinyProgram, string>>> = {
  x64: targetOf(62, codes.x64),
  arm64: targetOf(183, codes.arm64),
}

const loadAddress = 0x400000n
const headerSize = 64 + 56

/** A static 64-bit little-endian executable with one segment: ELF header, program header, code. */
function elfOf(machine: number, code: Buffer): Uint8Array {
  const header = Buffer.alloc(headerSize)
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1], 0)
  header.writeUInt16LE(2, 16) // executable
  header.writeUInt16LE(machine, 18)
  header.writeUInt32LE(1, 20)
  header.writeBigUInt64LE(loadAddress + BigInt(headerSize), 24) // entry
  header.writeBigUInt64LE(64n, 32) // program headers follow
  header.writeUInt16LE(64, 52)
  header.writeUInt16LE(56, 54)
  header.writeUInt16LE(1, 56)
  header.writeUInt32LE(1, 64) // load
  header.writeUInt32LE(5, 68) // read and execute
  header.writeBigUInt64LE(loadAddress, 80)
  header.writeBigUInt64LE(loadAddress, 88)
  header.writeBigUInt64LE(BigInt(headerSize + code.length), 96)
  header.writeBigUInt64LE(BigInt(headerSize + code.length), 104)
  header.writeBigUInt64LE(0x1000n, 112)
  return Buffer.concat([header, code])
}
