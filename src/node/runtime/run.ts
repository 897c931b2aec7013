import {closeSync, fstatSync, readSync, writeSync} from 'node:fs'
import type {Children} from '../../kernel/children.ts'
import type {Namespaces} from '../../kernel/namespaces.ts'
import {netnsPath} from '../../kernel/netns-path.ts'
import {systemPath} from '../../kernel/system-path.ts'
import type {RunAnswer, RunQuestion} from './protocol.ts'

/** A program that this machine does not have. */
export class ToolMissingError extends Error {
  override readonly name = 'ToolMissingError'
}

/**
 * Runs a program of the machine to its end in a named network namespace. What it reads and prints lies in files in memory, which cost
 * less than pipes: the whole input is known before, and nobody wants the output earlier than at the end.
 */
export async function run(
  {namespaces, children}: {readonly namespaces: Namespaces; readonly children: Children},
  {netns, argv, input}: RunQuestion,
): Promise<RunAnswer> {
  const {syscalls} = namespaces
  const files: number[] = []
  const file = (name: string) => {
    const fd = syscalls.memoryFile(name)
    files.push(fd)
    return fd
  }
  try {
    const [stdin, stdout, stderr] = [inputOf(input, file), file('stdout'), file('stderr')]
    const {ended} = namespaces.within({join: {net: netnsPath(netns)}}, () =>
      started(children, argv, [stdin, stdout, stderr]),
    )
    return {code: await ended, stdout: textOf(stdout), stderr: textOf(stderr)}
  } finally {
    for (const fd of files) closeSync(fd)
  }
}

function started(children: Children, argv: RunQuestion['argv'], descriptors: readonly (number | 'null')[]) {
  const [program] = argv
  const environment = {PATH: systemPath, LC_ALL: 'C'}
  try {
    return children.start({file: program, argv, environment, workingDirectory: '/', descriptors})
  } catch (cause) {
    throw new ToolMissingError(`the program ${program} cannot be run: ${(cause as Error).message}`, {cause})
  }
}

function inputOf(input: string, file: (name: string) => number): number | 'null' {
  if (input === '') return 'null'
  const fd = file('stdin')
  const bytes = Buffer.from(input)
  // At a place of its own choice: the child reads from where this descriptor stands.
  for (let written = 0; written < bytes.length; )
    written += writeSync(fd, bytes, written, bytes.length - written, written)
  return fd
}

function textOf(fd: number): string {
  const bytes = Buffer.alloc(fstatSync(fd).size)
  let filled = 0
  while (filled < bytes.length) {
    const read = readSync(fd, bytes, filled, bytes.length - filled, filled)
    if (read === 0) break // it has become shorter meanwhile
    filled += read
  }
  return bytes.toString('utf8', 0, filled)
}
