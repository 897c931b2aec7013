import {ask} from '../../cluster/control.ts'
import {chooseLab} from '../../cluster/running-labs.ts'
import {printStory, timeOfDay} from '../../cluster/story/print.ts'
import type {Story} from '../../cluster/story/story.ts'
import {parseObjectReference} from '../../lab/targets.ts'
import {UnknownKindError} from '../../objects/kinds.ts'
import {type CommandRun, UsageError} from '../command.ts'
import {exitCode} from '../exit-code.ts'

/** Tells what has happened to an object, by whom, and what that set in motion. */
export const run: CommandRun = async ([word], options) => {
  const reference = read(String(word))
  const {session} = await chooseLab(options.lab as string | undefined)
  const story = await ask(session.socket, 'story', {...reference, namespace: String(options.namespace)})
  if (story.lines.length === 0) {
    process.stderr.write(`${nothing(story)}\n`)
    return exitCode.failed
  }
  process.stdout.write(options.json === true ? printJson(story) : printStory(story, timeOfDay))
  return exitCode.good
}

function read(word: string): {readonly kind: string; readonly name: string} {
  try {
    return parseObjectReference(word)
  } catch (error) {
    if (error instanceof UnknownKindError) throw new UsageError(error.message)
    throw error
  }
}

function nothing({of, since, present}: Story): string {
  return present
    ? `nothing has happened to ${of} since ${timeOfDay(since)}; the lab does not remember what was before`
    : `there is no ${of}, and there was none since ${timeOfDay(since)}. What there is: podlab get ${(of.split(' ')[0] ?? '').toLowerCase()} -A`
}

function printJson({of, since, present, lines}: Story): string {
  const told = lines.map(({at, ...line}) => ({time: new Date(at).toISOString(), at, ...line}))
  return `${JSON.stringify({of, since: new Date(since).toISOString(), present, lines: told}, undefined, 2)}\n`
}
