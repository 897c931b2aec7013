/**
 * The program that the kernel starts in place of a file, which must be there too: for a script that after `#!`, for a program with
 * shared libraries the loader that its ELF header names. Undefined when the file runs by itself. `head` is the beginning of the file.
 */
export function interpreterOf(head: Buffer): string | undefined {
  if (head.toString('latin1', 0, 2) === '#!') return /^#![ \t]*(\S+)/.exec(head.toString('utf8'))?.[1]
  const is64BitElf = head.length >= 64 && head.readUInt32BE(0) === 0x7f454c46 && head[4] === 2 && head[5] === 1
  if (!is64BitElf) return undefined
  const [start, size, count] = [Number(head.readBigUInt64LE(32)), head.readUInt16LE(54), head.readUInt16LE(56)]
  const headers = Array.from({length: count}, (_, index) => start + index * size).filter(at => at + 56 <= head.length)
  const interpreter = headers.find(at => head.readUInt32LE(at) === typeInterpreter)
  if (interpreter === undefined) return undefined
  const offset = Number(head.readBigUInt64LE(interpreter + 8))
  const end = head.indexOf(0, offset)
  return end < 0 ? undefined : head.toString('utf8', offset, end)
}

/* PT_INTERP (elf.h). */
const typeInterpreter = 3
