import {globSync, readFileSync} from 'node:fs'
import {dirname, join, relative} from 'node:path'
import test from 'ava'

/** The floors of the house: a folder of src imports only from folders on lower floors, and from itself. */
const floors: Readonly<Record<string, number>> = {
  cli: 7,
  web: 6,
  exercise: 5,
  cluster: 4,
  controllers: 3,
  node: 3,
  dns: 3,
  apiserver: 3,
  trace: 3,
  store: 2,
  lab: 2,
  kernel: 1,
  objects: 1,
  images: 1,
  net: 0,
}

const root = join(import.meta.dirname, '..')

type Violation = {file: string; imports: string; reason: string}

/** Every import between folders of `src` that goes sideways or up; files are given as path → text. */
function violations(files: ReadonlyMap<string, string>): Violation[] {
  return [...files].flatMap(([file, text]) =>
    importsOf(text)
      .map(specifier => join(dirname(file), specifier))
      .flatMap(target => reasonAgainst(folderOf(file), folderOf(target), {file, imports: target})),
  )
}

function importsOf(text: string): string[] {
  return [...text.matchAll(/(?:\bfrom|\bimport|\bimport\()\s*['"](\.[^'"]+)['"]/g)].map(match => match[1] ?? '')
}

/** `src/net/ip.ts` is in `net`; `src/main.ts` is in no folder and may import the top floor only. */
function folderOf(path: string): string {
  const parts = path.split('/')
  return parts.length > 2 && parts[0] === 'src' ? (parts[1] ?? '') : parts.length === 2 ? '' : 'outside src'
}

function reasonAgainst(from: string, to: string, where: {file: string; imports: string}): Violation[] {
  if (from === to) return []
  const fromFloor = from === '' ? 8 : floors[from]
  const toFloor = floors[to]
  if (fromFloor === undefined) return [{...where, reason: `folder ${from} has no floor`}]
  if (toFloor === undefined) return [{...where, reason: `folder ${to} has no floor`}]
  return toFloor < fromFloor
    ? []
    : [{...where, reason: `${from} (floor ${fromFloor}) may not see ${to} (floor ${toFloor})`}]
}

function sources(): ReadonlyMap<string, string> {
  const files = globSync('src/**/*.ts', {cwd: root})
  return new Map(files.map(file => [relative(root, join(root, file)), readFileSync(join(root, file), 'utf8')]))
}

test('every folder imports only from lower floors', t => {
  const files = sources()
  t.true(files.size > 0)
  t.deepEqual(violations(files), [])
})

const forbidden = test.macro({
  exec: (t, file: string, line: string) => t.is(violations(new Map([[file, line]])).length, 1),
  title: (_, file, line) => `the law sees through ${line} in ${file}`,
})

test(forbidden, 'src/net/ip.ts', "import {x} from '../kernel/op.ts'")
test(forbidden, 'src/node/plan.ts', "import type {Store} from '../dns/answer.ts'")
test(forbidden, 'src/store/memory.ts', "export * from '../cluster/cluster.ts'")
test(forbidden, 'src/lab/parse.ts', "const x = await import('../cli/main.ts')")
test(forbidden, 'src/node/proxy/iptables.ts', "import {x} from '../../controllers/runner.ts'")
test(forbidden, 'src/nowhere/a.ts', "import {x} from '../net/ip.ts'")

const allowed = test.macro({
  exec: (t, file: string, line: string) => t.deepEqual(violations(new Map([[file, line]])), []),
  title: (_, file, line) => `the law lets ${line} pass in ${file}`,
})

test(allowed, 'src/kernel/op.ts', "import {x} from '../net/ip.ts'")
test(allowed, 'src/node/proxy/iptables.ts', "import {x} from '../plan.ts'")
test(allowed, 'src/main.ts', "import {x} from './cli/cli.ts'")
