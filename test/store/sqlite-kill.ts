import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {createInterface} from 'node:readline'
import {text} from 'node:stream/consumers'
import test, {type ExecutionContext} from 'ava'
import fc from 'fast-check'
import type {KubeObjectAny} from '../../src/objects/kinds.ts'
import {sqliteStore} from '../../src/store/sqlite.ts'
import type {Store} from '../../src/store/store.ts'

type Acknowledged = {readonly type: string; readonly object: KubeObjectAny}

const writer = join(import.meta.dirname, '_writer.ts')

/* Lets a process of its own write, and kills it when it has told of so many writes; answers all that it told, and how it ended. */
async function writeAndKill(
  path: string,
  {limit, after}: {limit: number; after: number},
): Promise<{told: readonly Acknowledged[]; end: string}> {
  const child = spawn(process.execPath, [writer, path, `${limit}`], {stdio: ['ignore', 'pipe', 'pipe']})
  const ended = once(child, 'close')
  const said = text(child.stderr)
  const told: Acknowledged[] = []
  let lines = 0
  for await (const line of createInterface({input: child.stdout})) {
    if (!line.endsWith(']')) break // cut off by its death, so nobody was told
    told.push(...(JSON.parse(line) as Acknowledged[]))
    if (++lines === after) child.kill('SIGKILL')
  }
  const [code, signal] = await ended
  return {told, end: `${lines} lines, then ${signal ?? `code ${code}: ${await said}`}`}
}

function open(path: string, historyLimit: number) {
  return sqliteStore(path, {clock: Date.now, uid: () => 'none', historyLimit})
}

function worldOf(store: Store): Readonly<Record<string, KubeObjectAny>> {
  return Object.fromEntries(store.list('Pod').map(pod => [pod.metadata.name, pod]))
}

const play = fc.record({
  limit: fc.constantFrom(5, 10_000),
  kills: fc.array(fc.integer({min: 1, max: 400}), {minLength: 1, maxLength: 3}),
})

test('whenever a process is killed, its store holds what it has acknowledged, and at most the write it was at', async t => {
  t.timeout(120_000)
  await fc.assert(
    fc.asyncProperty(play, async ({limit, kills}) => {
      const folder = mkdtempSync(join(tmpdir(), 'podlab-kill-'))
      try {
        await survives(t, {path: join(folder, 'store.db'), limit, kills})
      } finally {
        rmSync(folder, {recursive: true, force: true})
      }
    }),
    {numRuns: 8},
  )
})

async function survives(t: ExecutionContext, {path, limit, kills}: {path: string; limit: number; kills: number[]}) {
  const world = new Map<string, KubeObjectAny>()
  let revision = 0
  for (const after of kills) {
    const {told, end} = await writeAndKill(path, {limit, after})
    t.true(told.length >= after, `${told.length} of ${after} writes told in ${end}`)
    replay(world, told)
    revision = Number(told.at(-1)?.object.metadata.resourceVersion ?? revision)
    const store = open(path, limit)
    const unheard = store.changes(revision)
    t.true(unheard.length <= 1, `${unheard.length} changes that nobody was told of`)
    replay(world, unheard)
    t.deepEqual(worldOf(store), Object.fromEntries(world))
    store.close()
  }
}

function replay(world: Map<string, KubeObjectAny>, changes: readonly Acknowledged[]): void {
  for (const {type, object} of changes) {
    if (type === 'DELETED') world.delete(object.metadata.name)
    else world.set(object.metadata.name, object)
  }
}
