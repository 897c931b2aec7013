import {spawn} from 'node:child_process'
import type {Readable} from 'node:stream'
import type {Namespaces} from '../../kernel/namespaces.ts'
import {netnsPath} from '../../kernel/netns-path.ts'
import {systemPath} from '../../kernel/system-path.ts'
import {ended, spawned} from './child.ts'
import type {RunAnswer, RunQuestion} from './protocol.ts'

/** A program that this machine does not have. */
export class ToolMissingError extends Error {
  override readonly name = 'ToolMissingError'
}

/**
 * Runs a program of the machine to its end in a named network namespace. Its standard input is given as a whole; what a tool does
 * with it is its own affair, also when it ends early.
 */
export async function run(
  namespaces: Namespaces,
  {netns, argv: [program, ...rest], input}: RunQuestion,
): Promise<RunAnswer> {
  const child = namespaces.within({join: {net: netnsPath(netns)}}, () =>
    spawn(program, rest, {cwd: '/', env: {PATH: systemPath, LC_ALL: 'C'}, stdio: 'pipe'}),
  )
  child.stdin.on('error', () => undefined)
  await spawned(child).catch(cause => {
    throw new ToolMissingError(`the program ${program} cannot be run: ${cause.message}`, {cause})
  })
  child.stdin.end(input)
  const [code, stdout, stderr] = await Promise.all([ended(child), collect(child.stdout), collect(child.stderr)])
  return {code, stdout, stderr}
}

async function collect(stream: Readable): Promise<string> {
  return (await stream.setEncoding('utf8').toArray()).join('')
}
