import type {Run} from './kernel.ts'

type Refused = {readonly line: string; readonly said: string}

type Place = {readonly run: Run; readonly netns: string}

/**
 * Gives lines to `ipset restore`. A set that is gone already needs no destroying. The kernel lets go of a set a moment after the last rule that named it
 * went, in its own time: then the rest is tried again.
 */
export async function restoreSets({run, netns}: Place, lines: readonly string[]): Promise<Refused | undefined> {
  let rest = lines
  for (let attempts = 0; rest.length > 0; ) {
    const {code, stderr} = await run({netns, argv: ['ipset', 'restore', '-exist'], input: text(rest)})
    if (code === 0) return undefined
    const [, number = '1', said = stderr.trim()] = /Error in line (\d+): (.*)/.exec(stderr) ?? []
    const at = Number(number) - 1
    const line = rest[at] ?? rest[0] ?? ''
    const isBusy = /in use by a kernel component/.test(said) && line.startsWith('destroy ') && attempts++ < busyAttempts
    const isGone = /does not exist/.test(said) && line.startsWith('destroy ')
    if (!isBusy && !isGone) return {line, said}
    if (isBusy) await run({netns, argv: ['sleep', busyPause]})
    rest = rest.slice(isGone ? at + 1 : at)
  }
  return undefined
}

const busyAttempts = 40
const busyPause = '0.05'

/**
 * Gives lines to `ipvsadm -R`, which goes on after one that the kernel refuses and says neither which it was nor, by its exit code, that there was
 * one. When it complains the lines go one by one: what is done already needs no doing.
 */
export async function restoreServers(place: Place, lines: readonly string[]): Promise<Refused | undefined> {
  const {run, netns} = place
  const {code, stderr} = await run({netns, argv: ['ipvsadm', '-R'], input: text(lines)})
  if (code === 0 && stderr.trim() === '') return undefined
  for (const line of lines) {
    const said = await single(place, line)
    if (said !== undefined) return {line, said}
  }
  return undefined
}

/* Undefined when it is done, or was. */
async function single({run, netns}: Place, line: string): Promise<string | undefined> {
  const {code, stderr} = await run({netns, argv: ['ipvsadm', ...line.split(' ')]})
  if (code === 0) return undefined
  const said = stderr.trim().split('\n')[0] || 'failed without a word'
  const verb = line.slice(0, 2)
  const instead = verb === '-A' ? '-E' : verb === '-a' ? '-e' : undefined
  if (instead !== undefined && /already exists/.test(said)) return single({run, netns}, `${instead}${line.slice(2)}`)
  return /^-[Dd] /.test(line) && /No such (service|destination)|Service not defined/.test(said) ? undefined : said
}

function text(lines: readonly string[]): string {
  return lines.map(line => `${line}\n`).join('')
}
