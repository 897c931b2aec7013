import type {CommandEntry} from '../command.ts'

/** A word that could stand where the user is typing, and what it is. `:files` and `:folders` ask the shell for its own. */
export type Candidate = {readonly value: string; readonly about?: string}

/** What a lab that is up has; every answer may be empty, none fails. */
export type LiveWords = {
  labs(): Promise<readonly Candidate[]>
  targets(lab: string | undefined): Promise<readonly Candidate[]>
  objects(kind: string, lab: string | undefined): Promise<readonly Candidate[]>
  interfaces(target: string, lab: string | undefined): Promise<readonly Candidate[]>
  settings(): Promise<readonly {readonly name: string; readonly choices: readonly string[]}[]>
  kinds(): Promise<readonly Candidate[]>
}

export type Commands = Readonly<Record<string, CommandEntry>>

/** What the last of these words could become; the words are those after `podlab`, the last may be empty. */
export async function candidates(
  words: readonly string[],
  commands: Commands,
  live: LiveWords,
): Promise<readonly Candidate[]> {
  const typed = words.at(-1) ?? ''
  const all = await allCandidates(words.slice(0, -1), typed, {commands, live})
  return all.filter(({value}) => value.startsWith(':') || value.startsWith(typed))
}

type Context = {readonly commands: Commands; readonly live: LiveWords}

async function allCandidates(
  before: readonly string[],
  typed: string,
  context: Context,
): Promise<readonly Candidate[]> {
  const [name, ...rest] = before
  if (name === undefined) return [...commandWords(context.commands), {value: '--help'}, {value: '--version'}]
  const entry = Object.hasOwn(context.commands, name) ? context.commands[name] : undefined
  if (!entry) return []
  const line = readLine(entry, rest)
  if (line.waiting) return valueWords(line.waiting, line, context)
  const equals = typed.match(/^(--[\w-]+)=/)
  const option = equals && entry.options?.find(({long}) => long === equals[1])
  if (option)
    return (await valueWords(option, line, context)).map(one =>
      one.value.startsWith(':') ? one : {...one, value: `${equals[0]}${one.value}`},
    )
  if (typed.startsWith('-') && !line.optionsEnded) return optionWords(entry)
  return argumentWords(name, {entry, line, context})
}

function commandWords(commands: Commands): readonly Candidate[] {
  return Object.entries(commands).map(([value, {summary}]) => ({value, about: summary}))
}

type Option = NonNullable<CommandEntry['options']>[number]

/** What has been typed: operands, the lab if one is named, and an option that waits for its value. */
type Line = {
  readonly operands: readonly string[]
  readonly lab: string | undefined
  readonly waiting: Option | undefined
  readonly optionsEnded: boolean
}

function readLine(entry: CommandEntry, words: readonly string[]): Line {
  const start: Line = {operands: [], lab: undefined, waiting: undefined, optionsEnded: false}
  return words.reduce((line, word) => readWord(entry, line, word), start)
}

function readWord({options, passThrough}: CommandEntry, line: Line, word: string): Line {
  if (line.waiting) return {...line, waiting: undefined, lab: line.waiting.long === '--lab' ? word : line.lab}
  if (line.optionsEnded || word === '-' || !word.startsWith('-'))
    return {...line, operands: [...line.operands, word], optionsEnded: line.optionsEnded || passThrough === true}
  if (word === '--') return {...line, optionsEnded: true}
  if (word.startsWith('--lab=')) return {...line, lab: word.slice('--lab='.length)}
  const option = options?.find(({long, short}) => word === long || word === short)
  return option?.required ? {...line, waiting: option} : line
}

function optionWords({options = []}: CommandEntry): readonly Candidate[] {
  const own = options
    .filter(({hidden}) => !hidden)
    .map(({long, description}) => ({value: long ?? '', about: description}))
  return [...own, {value: '--help', about: 'display help for command'}]
}

async function valueWords(
  {long, argChoices}: Option,
  {operands, lab}: Line,
  {live}: Context,
): Promise<readonly Candidate[]> {
  if (argChoices) return argChoices.map(value => ({value}))
  switch (long) {
    case '--lab':
      return live.labs()
    case '--namespace':
      return live.objects('namespaces', lab)
    case '--interface':
      return live.interfaces(operands[0] ?? '', lab)
    case '--write':
    case '--svg':
    case '--output':
      return [{value: ':files'}]
    default:
      return []
  }
}

type Asked = {readonly entry: CommandEntry; readonly line: Line; readonly context: Context}

async function argumentWords(command: string, {entry, line, context: {live}}: Asked): Promise<readonly Candidate[]> {
  const {operands, lab} = line
  const all = entry.arguments ?? []
  const last = all.at(-1)
  const argument = all[operands.length] ?? (last?.variadic ? last : undefined)
  if (!argument) return []
  if (argument.argChoices) return argument.argChoices.map(value => ({value}))
  switch (argument.name()) {
    case 'target':
      return live.targets(lab)
    case 'lab':
      return ['run', 'up'].includes(command)
        ? [{value: ':folders'}]
        : [...(await live.labs()), ...(command === 'down' ? [] : [{value: ':folders'}])]
    case 'labs':
    case 'folder':
      return [{value: ':folders'}]
    case 'files':
      return [{value: ':files'}]
    case 'shell':
      return ['bash', 'zsh', 'fish'].map(value => ({value}))
    case 'kind':
      return live.kinds()
    case 'object':
      return objectWords(live, lab)
    case 'name':
      return live.objects(operands[0] ?? '', lab)
    case 'setting':
      return (await live.settings()).map(({name}) => ({value: name}))
    case 'value':
      return ((await live.settings()).find(({name}) => name === operands[0])?.choices ?? []).map(value => ({value}))
    default:
      return []
  }
}

/** `KIND/NAME` of what people ask for. */
async function objectWords(live: LiveWords, lab: string | undefined): Promise<readonly Candidate[]> {
  const kinds = ['svc', 'pod', 'rs', 'deploy', 'node']
  const found = await Promise.all(kinds.map(kind => live.objects(kind, lab)))
  return found.flatMap((objects, index) => objects.map(({value}) => ({value: `${kinds[index]}/${value}`})))
}
