import {setImmediate} from 'node:timers/promises'
import {Command, CommanderError} from 'commander'
import type {CommandEntry, CommandOptions} from './command.ts'
import {commands} from './commands/index.ts'
import {exitCode} from './exit-code.ts'
import {explainError} from './explain-error.ts'
import {version} from './version.ts'

/** The whole program: words in, words out; answers the exit code. */
export async function main(words: readonly string[]): Promise<number> {
  const stop = new AbortController()
  const interrupt = () => stop.abort(new Error('interrupted'))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt)
  const lost: Error[] = []
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', error => void (readerLeft(error) || lost.push(error)))
  let code: number = exitCode.good
  const program = buildProgram(stop.signal, result => {
    code = result
  })
  try {
    await program.parseAsync(words, {from: 'user'})
    await setImmediate() // the last words' fate is told after them
    if (lost[0]) throw (await import('./sink.ts')).cannotWrite('standard output', lost[0])
    return code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.good : exitCode.usage
    if (stop.signal.aborted) return exitCode.interrupted
    const {message, code: failure} = explainError(error)
    process.stderr.write(`${message}\n`)
    return failure
  }
}

/* A reader that has seen enough closes its end (`podlab up labs/kubia | head -1`), a terminal goes away: what is being done goes on. */
function readerLeft(error: NodeJS.ErrnoException): boolean {
  return error.code === 'EPIPE' || error.code === 'EIO'
}

function buildProgram(signal: AbortSignal, done: (code: number) => void): Command {
  const program = new Command('podlab')
    .description('A Kubernetes pod network that you can take apart.')
    .version(version())
    .showHelpAfterError('(podlab --help lists the commands)')
    .exitOverride()
    .enablePositionalOptions()
    .addHelpText('after', epilogue)
  for (const [name, entry] of Object.entries<CommandEntry>(commands))
    program.addCommand(build(name, entry, {signal, done}))
  return program
}

function build(name: string, entry: CommandEntry, to: {signal: AbortSignal; done: (code: number) => void}): Command {
  const command = new Command(name).description(entry.summary).exitOverride().showHelpAfterError()
  for (const argument of entry.arguments ?? []) command.addArgument(argument)
  for (const option of entry.options ?? []) command.addOption(option)
  if (entry.passThrough) command.passThroughOptions()
  if (entry.details) command.addHelpText('after', `\n${entry.details}`)
  return command.action(async (...given: unknown[]) => {
    const operands = given.slice(0, -2)
    const options = given.at(-2) as CommandOptions
    const {run} = await entry.load()
    to.done(await run(operands, options, to.signal))
  })
}

const epilogue = `
A lab is named by its folder or file (labs/kubia) or, once it is up, by its name (kubia).
A target is pod/NAME, pod/NAME/CONTAINER, pod/LABEL=VALUE (one of those pods), node/NAME or client/NAME.

Exit codes: 0 good · 1 a check or step failed · 2 a mistake in the command or a file · 3 this machine lacks something ·
130 interrupted · exec and shell: the program's own.

Start here:  podlab run labs/hello`
