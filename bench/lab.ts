/**
 * How long a learner waits for labs/kubia: `node bench/lab.ts [RUNS]` (7 runs, half a minute; as root it measures an ordinary user, too).
 *
 * From the command to the first `You've hit` that came through the ClusterIP (`podlab run`: the ReplicaSet and the Service are created on
 * the way), and what `podlab down` takes. Beside it the same topology made by hand in a bare sandbox, one command after the other
 * (bench/by-hand.sh), taken in turns with podlab so that both meet the same machine; the ratio is what to compare between machines.
 */
import {chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {unshareArguments} from '../src/cluster/sandbox.ts'
import {markdown, median, timeOf} from './timing.ts'

const runs = Number(process.argv[2] ?? 7)
const home = join(import.meta.dirname, '..')
const podlab = join(home, 'podlab')
const lab = join(home, 'labs/kubia')
const hit = "You've hit"
const isRoot = process.getuid?.() === 0
const nobody = 65534

type User = {
  readonly name: string
  readonly prefix: readonly string[]
  readonly sandbox: readonly string[]
  readonly environment: Readonly<Record<string, string>>
}

type Figures = {readonly hit: number; readonly down: number; readonly byHand: number; readonly byHandEnd: number}

const scratch = mkdtempSync(join(tmpdir(), 'podlab-bench-'))
try {
  const rows = [['user', 'measured', 'podlab', 'target', 'by hand', 'ratio']]
  for (const user of users()) rows.push(...rowsOf(user, await measure(user)))
  process.stdout.write(markdown(rows))
} finally {
  rmSync(scratch, {recursive: true})
}

/** Root's and an ordinary user's way, or the caller's alone. The user has a home of his own, for what Node keeps between starts. */
function users(): readonly User[] {
  const rootless = ['unshare', '--user', '--map-root-user', ...unshareArguments().slice(1).filter(isNotUser)]
  if (!isRoot) return [{name: 'ordinary user', prefix: [], sandbox: rootless, environment: {}}]
  const folder = join(scratch, 'nobody')
  mkdirSync(folder)
  for (const path of [scratch, folder]) chmodSync(path, 0o755)
  chownSync(folder, nobody, nobody)
  const prefix = ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups', '--']
  const environment = {HOME: folder, XDG_RUNTIME_DIR: folder}
  return [
    {name: 'root', prefix: [], sandbox: [...unshareArguments()], environment: {XDG_RUNTIME_DIR: scratch}},
    {name: 'ordinary user', prefix, sandbox: rootless, environment},
  ]
}

function isNotUser(word: string): boolean {
  return word !== '--user' && word !== '--map-root-user'
}

async function measure(user: User): Promise<Figures> {
  const {prefix, sandbox, environment} = user
  const one = async (): Promise<Figures> => {
    const run = await timeOf([...prefix, podlab, 'run', lab], {text: hit, environment})
    await timeOf([...prefix, podlab, 'up', lab], {environment})
    const down = await timeOf([...prefix, podlab, 'down'], {environment})
    const hand = await timeOf([...prefix, ...sandbox, 'sh', join(home, 'bench/by-hand.sh')], {text: hit, environment})
    return {hit: run.untilLine, down: down.untilEnd, byHand: hand.untilLine, byHandEnd: hand.untilEnd - hand.untilLine}
  }
  await one() // Node and the kernel keep some of it for the next time
  const all: Figures[] = []
  for (let run = 0; run < runs; run++) all.push(await one())
  const middle = (name: keyof Figures) => median(all.map(figures => figures[name]))
  return {hit: middle('hit'), down: middle('down'), byHand: middle('byHand'), byHandEnd: middle('byHandEnd')}
}

function rowsOf({name}: User, {hit, down, byHand, byHandEnd}: Figures): readonly string[][] {
  return [
    [name, "command to the first `You've hit`", ms(hit), '1000 ms', ms(byHand), (hit / byHand).toFixed(2)],
    [name, '`podlab down`', ms(down), '300 ms', ms(byHandEnd), (down / byHandEnd).toFixed(2)],
  ]
}

function ms(value: number): string {
  return `${Math.round(value)} ms`
}
