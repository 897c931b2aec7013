import {spawn} from 'node:child_process'
import {chmodSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {setTimeout} from 'node:timers/promises'
import type {TestFn} from 'ava'
import type {Kubectl} from './_kubectl-found.ts'
import {type Account, main, makePlace, type Place, sessionFolder} from './_podlab.ts'

/**
 * One command line of a page, as somebody copies it into a shell. In what it says `{word}` is a word that is learned there, and has to be
 * the same wherever it is said or used again; `{_}` is any word, a line `...` any lines; space is any space, and an empty line none.
 */
export type Line = {
  readonly run: string
  readonly says?: string
  /** The exit code of what is to fail; what it says is on standard error. */
  readonly fails?: number
  readonly input?: string
  /** It takes the cluster a moment: it is run again until it says this. */
  readonly soon?: true
  /** Why it cannot be run here yet; what stands in its place is another line. */
  readonly skip?: string
}

/** A page: its address and title, the lab in which it is read, the files that it names, its lines in their order. */
export type Page = {
  readonly title: string
  /** A short name for its lab. */
  readonly word: string
  readonly lab: string
  readonly files: Readonly<Record<string, string>>
  readonly lines: readonly Line[]
}

/** Plays pages from their first line to their last, for an account. */
export function pagesSuite(test: TestFn, account: Account, client: Kubectl, pages: readonly Page[]): void {
  const place = makePlace(account)
  test.after.always(async () => {
    await place.podlab('down', '--all')
    place.remove()
  })
  for (const page of pages) {
    test.serial(`${account.name}, kubectl ${client.version}: ${page.title}`, async t => {
      t.timeout(240_000)
      const name = place.name(page.word)
      const up = await place.podlab('up', place.lab(name, page.lab))
      t.deepEqual({code: up.code, stderr: up.stderr}, {code: 0, stderr: ''})
      t.teardown(() => place.podlab('down', name))
      const shell = shellOf(place, {name, client, files: page.files})
      const words: Record<string, string> = {}
      for (const line of page.lines) {
        if (line.skip) t.log(`skipped: ${line.run}: ${line.skip}`)
        else if (!t.is(await played(line, shell, words), undefined)) break
      }
    })
  }
}

type Shell = {
  readonly folder: string
  readonly way: readonly string[]
  readonly environment: Readonly<Record<string, string>>
}

/* A folder with the page's files, and a PATH with kubectl and podlab first. */
function shellOf(
  place: Place,
  {name, client, files}: {name: string; client: Kubectl; files: Readonly<Record<string, string>>},
): Shell {
  const folder = join(place.folder, `page-${name}`)
  const bin = join(folder, 'bin')
  mkdirSync(bin, {recursive: true})
  chmodSync(folder, 0o777)
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text)
  const commands = {
    kubectl: `exec ${client.path} "$@"`,
    podlab: `command=$1; shift; exec ${process.execPath} ${main} $command --lab ${name} "$@"`,
  }
  for (const [command, argv] of Object.entries(commands))
    writeFileSync(join(bin, command), `#!/bin/sh\n${argv}\n`, {mode: 0o755})
  const kubeconfig = join(folder, 'kubeconfig')
  writeFileSync(kubeconfig, readFileSync(join(sessionFolder(place, name), 'kubeconfig')), {mode: 0o644})
  const environment = {
    ...place.environment,
    HOME: folder,
    KUBECONFIG: kubeconfig,
    PATH: `${bin}:${place.environment.PATH}`,
  }
  return {folder, way: place.account.way, environment}
}

/* What is wrong with what a line says; it learns words. */
async function played(line: Line, shell: Shell, words: Record<string, string>): Promise<string | undefined> {
  const run = filled(line.run, words)
  const deadline = performance.now() + 30_000
  for (;;) {
    const {code, stdout, stderr} = await ran(run, shell, line.input)
    const said = line.fails === undefined ? stdout : stderr
    const agrees = code === (line.fails ?? 0) && (line.says === undefined || learn(line.says, said, words))
    if (agrees) return undefined
    if (!line.soon || performance.now() > deadline)
      return `$ ${run}\nended with ${code} and said:\n${stdout}${stderr}\nexpected:\n${filled(line.says ?? '', words)}`
    await setTimeout(100)
  }
}

function ran(run: string, {folder, way, environment}: Shell, input = '') {
  const [program = '', ...rest] = [...way, 'sh', '-c', run]
  const child = spawn(program, rest, {cwd: folder, env: environment, detached: true})
  const timer = globalThis.setTimeout(() => child.pid !== undefined && process.kill(-child.pid, 'SIGKILL'), 60_000)
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', piece => {
    stdout += piece
  })
  child.stderr.on('data', piece => {
    stderr += piece
  })
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  return new Promise<{code: number | null; stdout: string; stderr: string}>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', code => {
      clearTimeout(timer)
      resolve({code, stdout, stderr})
    })
  })
}

/* The words that are known already; the others stay as they are. */
function filled(text: string, words: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, word: string) => words[word] ?? whole)
}

/** Whether a text is what a pattern says, line by line; if so, the words that it teaches are known. */
export function learn(pattern: string, text: string, words: Record<string, string>): boolean {
  const [wantedLines = [], lines = []] = [pattern, text].map(one => one.split('\n').filter(line => line.trim() !== ''))
  const learned = {...words}
  let at = 0
  let skipping = false
  for (const wanted of wantedLines) {
    if (wanted.trim() === '...') {
      skipping = true
      continue
    }
    const from = at
    while (skipping && at < lines.length && !learnLine(wanted, lines[at] ?? '', learned)) at++
    if (!learnLine(wanted, lines[at] ?? '', learned) || at >= Math.max(lines.length, from + 1)) return false
    skipping = false
    at++
  }
  if (!skipping && at < lines.length) return false
  Object.assign(words, learned)
  return true
}

function learnLine(pattern: string, line: string, words: Record<string, string>): boolean {
  const names: string[] = []
  const source = filled(pattern.trim(), words)
    .split(/(\{\w+\}|\s+)/)
    .map(piece => {
      const name = /^\{(\w+)\}$/.exec(piece)?.[1]
      if (/^\s+$/.test(piece)) return '\\s+'
      if (name === undefined) return piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
      if (name === '_') return '\\S+'
      const isNew = !names.includes(name)
      names.push(name)
      return isNew ? `(?<${name}>[^\\s\\],;]+)` : `\\k<${name}>`
    })
  const found = new RegExp(`^${source.join('')}$`).exec(line.trim())
  if (found) Object.assign(words, found.groups)
  return found !== null
}
