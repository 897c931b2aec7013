import {splitWords} from '../../src/lab/words.ts'
import {type Account, startProgram} from './_podlab.ts'
import type {CommandLine, Said} from './kubectl-lines/_line.ts'

/** Where a kubectl works: what its command lines name, and its surroundings. */
export type Desk = {
  readonly account: Account
  readonly program: string
  readonly minor: number
  readonly folder: string
  readonly environment: Readonly<Record<string, string>>
  /** What stands for `{namespace}`, `{node}`, `{ip}`, ... in the lines. */
  readonly words: Readonly<Record<string, string>>
}

/** Plays a line; answers what is wrong with what it said, or nothing. */
export async function playLine(line: CommandLine, desk: Desk): Promise<string | undefined> {
  const run = filled(line.run, desk.words)
  const words = splitWords(run)
  const program = words[0] === 'kubectl' ? [desk.program, ...words.slice(1)] : words
  const {child, ended, said} = startProgram([...desk.account.way, ...program], {
    cwd: desk.folder,
    environment: {...desk.environment, ...line.environment},
    stdin: line.input === undefined ? 'ignore' : 'pipe',
  })
  child.stdin?.end(line.input)
  const deadline = setTimeout(() => child.kill('SIGKILL'), withinMs)
  try {
    if (line.until) await untilSaid(line, {said, desk, gone: ended})
    if (line.until) child.kill('SIGTERM')
    const {code, stdout, stderr} = await ended
    const output = normal(line.fails === undefined ? stdout : stderr)
    const codeWanted = line.fails ?? 0
    const faults = [
      ...(line.until || code === codeWanted ? [] : [`exit code ${code}, not ${codeWanted}`]),
      ...(line.says === undefined || agrees(output, expected(line, desk)) ? [] : [`said:\n${output}`]),
    ]
    if (faults.length === 0) return undefined
    const wanted = expected(line, desk)
    const text = wanted instanceof RegExp ? String(wanted) : [wanted].flat().join('\n')
    return `${run}\n${faults.join('\n')}\nexpected:\n${text}\nboth channels:\n${stdout}${stderr}`
  } catch (error) {
    return `${run}\n${(error as Error).message}\nso far: ${said()}`
  } finally {
    clearTimeout(deadline)
    child.kill('SIGKILL')
  }
}

const withinMs = 60_000

/* Waits for what a line that does not end by itself has to say, and does meanwhile what is to be done then. */
async function untilSaid(
  {until = /^/, meanwhile}: CommandLine,
  {said, desk, gone}: {said: () => string; desk: Desk; gone: Promise<unknown>},
): Promise<void> {
  let isGone = false
  void gone.then(() => {
    isGone = true
  })
  const waitFor = async (what: RegExp) => {
    while (!what.test(normal(said()))) {
      if (isGone) throw new Error(`ended before it said ${what}`)
      await new Promise(resolve => setTimeout(resolve, 10))
    }
  }
  if (!meanwhile) return waitFor(until)
  await waitFor(meanwhile.after)
  const port = /127\.0\.0\.1:(\d+)/.exec(said())?.[1] ?? ''
  const fault = await playLine(meanwhile.line, {...desk, words: {...desk.words, port}})
  if (fault) throw new Error(fault)
  return waitFor(until)
}

function expected({says = '', older}: CommandLine, {minor, words}: Desk): Said {
  const wanted = older && minor < older.below ? older.says : says
  if (wanted instanceof RegExp) return wanted
  return typeof wanted === 'string' ? filled(wanted, words) : wanted.map(text => filled(text, words))
}

/** A text is all that is said; a list, lines or parts that come in this order. */
function agrees(output: string, wanted: Said): boolean {
  if (wanted instanceof RegExp) return wanted.test(output)
  if (typeof wanted === 'string') return output.trim() === wanted.trim()
  let from = 0
  return wanted.every(part => {
    const at = output.indexOf(part, from)
    from = at + part.length
    return at >= 0
  })
}

function filled(text: string, words: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => words[name] ?? whole)
}

/** What changes from run to run made the same: blanks between columns, ages, generated names, addresses of pods, uids. */
export function normal(text: string): string {
  return text
    .replaceAll('\r', '')
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'UID')
    .replace(/(web|tool)-[0-9a-f]{5,10}-[bcdfghjklmnpqrstvwxz24-9]{5}\b/g, '$1-HASH-NAME')
    .replace(/(web|tool)-[bcdf24-9][bcdfghjklmnpqrstvwxz24-9]{4,9}\b/g, '$1-HASH')
    .replace(/kubia-[bcdfghjklmnpqrstvwxz24-9]{5}\b/g, 'kubia-NAME')
    .replace(/172\.17\.\d+\.\d+/g, 'POD-IP')
    .replace(/\b(\d+m)?\d+(\.\d+)?s\b|\b\d+m\b(?! +\d+Mi)/g, 'AGE')
    .replace(/[ \t]{2,}|\t/g, '  ')
    .replace(/ +$/gm, '')
}
