import {type ChildProcess, spawn, spawnSync} from 'node:child_process'
import {chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout} from 'node:timers/promises'
import {systemPath} from '../../src/kernel/system-path.ts'

/** The command line program, as a learner starts it. */
export const main = join(import.meta.dirname, '../../src/main.ts')

/**
 * What Node has compiled before, where somebody keeps it, and how slow the machine is: an emulated one takes a minute for what it finds compiled, and
 * ten times as long for all else.
 */
export const handedDown: Readonly<Record<string, string>> = Object.fromEntries(
  ['NODE_COMPILE_CACHE', 'PODLAB_PATIENCE'].flatMap(name => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value]]
  }),
)

/** Somebody who uses podlab: root, or an ordinary user. */
export type Account = {
  readonly name: 'root' | 'an ordinary user'
  readonly uid: number
  readonly way: readonly string[]
}

/** An account, or why there is none here. */
export type Found = Account | {readonly refused: string}

const ownUid = process.getuid?.() ?? 0

export function rootAccount(): Found {
  return ownUid === 0 ? {name: 'root', uid: 0, way: []} : {refused: 'the tests do not run as root'}
}

/** Whoever runs the tests; when that is root, somebody without any rights. */
export function ordinaryAccount(): Found {
  const nobody = 65534
  const way = ownUid === 0 ? ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups', '--'] : []
  const [program = '', ...words] = [...way, process.execPath, main, '--version']
  if (spawnSync(program, words, {cwd: '/'}).status !== 0)
    return {refused: 'an ordinary user cannot read this checkout, or node'}
  const [first = '', ...rest] = [...way, 'unshare', '--user', '--map-root-user', 'true']
  const {status, stderr} = spawnSync(first, rest, {cwd: '/', encoding: 'utf8'})
  if (status !== 0) return {refused: `user namespaces are forbidden here: ${stderr.trim()}`}
  return {name: 'an ordinary user', uid: ownUid === 0 ? nobody : ownUid, way}
}

export type Result = {readonly code: number | null; readonly stdout: string; readonly stderr: string}

/** A podlab that runs. `ended` tells how it went; `said` is what it has printed so far on both channels. */
export type Started = {readonly child: ChildProcess; readonly ended: Promise<Result>; said(): string}

/** A folder of a test's own, in which an account uses podlab: its sessions, its temporary files and its labs lie there. */
export type Place = {
  readonly account: Account
  readonly folder: string
  /** Where the sessions are. */
  readonly sessions: string
  readonly environment: Readonly<Record<string, string>>
  /** Starts podlab as leader of a process group of its own, as a shell with job control does. */
  start(words: readonly string[]): Started
  podlab(...words: readonly string[]): Promise<Result>
  /** Writes a lab and answers its folder. */
  lab(name: string, text: string): string
  /** A name for a lab that no other process of tests uses. */
  name(word: string): string
  remove(): void
}

/** An ordinary user has no XDG_RUNTIME_DIR here, so that the way without it is walked too. */
export function makePlace(account: Account): Place {
  const folder = mkdtempSync(join(tmpdir(), 'podlab-test-'))
  chmodSync(folder, 0o755)
  for (const name of ['run', 'tmp', 'home', 'home/.local', 'home/.local/state']) {
    mkdirSync(join(folder, name))
    chownSync(join(folder, name), account.uid, account.uid === ownUid ? (process.getgid?.() ?? 0) : account.uid)
  }
  const runtime = {XDG_RUNTIME_DIR: join(folder, 'run')}
  const environment = {
    PATH: systemPath,
    HOME: join(folder, 'home'),
    TMPDIR: join(folder, 'tmp'),
    TERM: 'dumb',
    ...handedDown,
    ...(account.name === 'root' && runtime),
  }
  const start = (words: readonly string[]) =>
    startProgram([...account.way, process.execPath, main, ...words], {cwd: folder, environment})
  const placed = join(folder, account.name === 'root' ? 'run/podlab' : `tmp/podlab-${account.uid}`)
  return {
    account,
    folder,
    sessions: placed,
    environment,
    start,
    podlab: (...words) => start(words).ended,
    lab: (name, text) => {
      mkdirSync(join(folder, name), {recursive: true})
      writeFileSync(join(folder, name, 'lab.yaml'), text)
      return join(folder, name)
    },
    name: word => `${word}-${process.pid}`,
    remove: () => rmSync(folder, {recursive: true, force: true}),
  }
}

export function startProgram(
  [program = '', ...words]: readonly string[],
  {
    cwd,
    environment,
    stdin = 'ignore',
  }: {cwd: string; environment: Readonly<Record<string, string>>; stdin?: 'ignore' | 'pipe'},
): Started {
  const child = spawn(program, words, {cwd, env: environment, detached: true, stdio: [stdin, 'pipe', 'pipe']})
  let [stdout, stderr] = ['', '']
  child.stdout?.setEncoding('utf8').on('data', text => {
    stdout += text
  })
  child.stderr?.setEncoding('utf8').on('data', text => {
    stderr += text
  })
  const ended = new Promise<Result>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', code => resolve({code, stdout, stderr}))
  })
  return {child, ended, said: () => stdout + stderr}
}

type Look<T> = T | undefined | false

/** Waits until something is so. Looks again and again: Linux tells nobody of the end of another's child. */
export async function eventually<T>(what: string, look: () => Look<T> | Promise<Look<T>>, seconds = 60): Promise<T> {
  const deadline = performance.now() + seconds * 1000
  for (;;) {
    const seen = await look()
    if (seen) return seen
    if (performance.now() > deadline) throw new Error(`after ${seconds} s still not so: ${what}`)
    await setTimeout(3)
  }
}

/** The folder of a lab that is up, or the place where it would be. */
export function sessionFolder(place: Place, lab: string): string {
  return join(place.sessions, lab)
}

export function isThere(place: Place, lab: string, file = ''): boolean {
  return existsSync(join(sessionFolder(place, lab), file))
}
