import {ask} from '../../cluster/control.ts'
import {chooseLab} from '../../cluster/running-labs.ts'
import type {Session} from '../../cluster/session.ts'
import {printStory, timeOfDay} from '../../cluster/story/print.ts'
import type {Story} from '../../cluster/story/story.ts'
import {parseObjectReference} from '../../lab/targets.ts'
import {UnknownKindError} from '../../objects/kinds.ts'
import {suggestion} from '../../objects/nearest.ts'
import {type CommandRun, UsageError} from '../command.ts'
import {exitCode} from '../exit-code.ts'

/** Tells what has happened to an object, by whom, and what that set in motion; of no object, what was asked for lately. */
export const run: CommandRun = async ([word, words], options, signal) => {
  if (word === 'dns') return (await import('./story-dns.ts')).storyOfLookup(words as readonly string[], options, signal)
  const [more] = words as readonly string[]
  if (more !== undefined) throw new UsageError(`${more}: a story is of one object, like svc/kubia`)
  const reference = word === undefined ? undefined : read(String(word))
  const {session} = await chooseLab(options.lab as string | undefined)
  const story = await ask(
    session.socket,
    'story',
    reference ? {...reference, namespace: String(options.namespace)} : {},
  )
  if (reference && story.lines.length === 0) {
    process.stderr.write(`${story.present ? forgotten(story) : await missing(reference, story, session)}\n`)
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

function forgotten({of, since}: Story): string {
  return `nothing has happened to ${of} since ${timeOfDay(since)}; the lab does not remember what was before`
}

/* Names that are like it, in this namespace or in others. */
async function missing(
  {kind, name}: {kind: string; name: string},
  {of, since}: Story,
  {socket}: Session,
): Promise<string> {
  const all = await ask(socket, 'list', {kind})
  const elsewhere = all.find(({metadata}) => metadata.name === name)?.metadata.namespace
  const advice = elsewhere
    ? `there is one in ${elsewhere}: podlab story ${kind.toLowerCase()}/${name} -n ${elsewhere}`
    : suggestion(
        name,
        all.map(({metadata}) => metadata.name),
      )
  const look = `what there is: podlab get ${kind.toLowerCase()}${all[0]?.metadata.namespace ? ' -A' : ''}`
  return `there is no ${of}, and there was none since ${timeOfDay(since)}; ${advice ?? look}`
}

function printJson({of, since, present, lines}: Story): string {
  const told = lines.map(({at, ...line}) => ({time: new Date(at).toISOString(), at, ...line}))
  return `${JSON.stringify({of, since: new Date(since).toISOString(), present, lines: told}, undefined, 2)}\n`
}
