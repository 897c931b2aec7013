/**
 * What objects cost as they grow in number: the store alone, its watchers, and the endpoints controller when one of many
 * pods changes. Microseconds for each object or change, medians; a line that stays level from left to right is linear work.
 *
 *   node bench/store.ts
 */
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {endpointsController} from '../src/controllers/endpoints.ts'
import {runControllers} from '../src/controllers/runner.ts'
import type {Pod} from '../src/objects/pod.ts'
import type {Service} from '../src/objects/service.ts'
import {printTable} from '../src/objects/table.ts'
import {memoryStore} from '../src/store/memory.ts'
import {sqliteStore} from '../src/store/sqlite.ts'
import type {Store} from '../src/store/store.ts'
import {watch} from '../src/store/watch.ts'

const sizes = [1000, 3000, 10_000]
const watchers = 10
const servicePods = 100
const flips = 1000
const repeats = 5

const service: Service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {name: 'web', namespace: 'default'},
  spec: {selector: {app: 'web', tier: 'bench'}, ports: [{port: 80, targetPort: 8080}]},
}

const columns: Readonly<Record<string, number>>[] = []
for (const size of sizes) columns.push(await median(size))

process.stdout.write(
  printTable({
    headings: ['µs each', ...sizes.map(size => `${size} pods`)],
    rows: Object.keys(columns[0] ?? {}).map(what => [what, ...columns.map(column => column[what]?.toFixed(1) ?? '')]),
  }),
)
process.stdout.write(`resident memory ${Math.round(process.memoryUsage.rss() / 2 ** 20)} MiB\n`)

/** Of several runs, so that the first, which Node has not compiled yet, does not count. */
async function median(size: number): Promise<Record<string, number>> {
  const runs: Record<string, number>[] = []
  for (let run = 0; run < repeats; run++) runs.push(await measure(size))
  const middle = (what: string) => runs.map(run => run[what] ?? 0).toSorted((a, b) => a - b)[repeats >> 1] ?? 0
  return Object.fromEntries(Object.keys(runs[0] ?? {}).map(what => [what, middle(what)]))
}

async function measure(size: number): Promise<Record<string, number>> {
  const store = emptyStore()
  const create = await timed(() => fill(store, size))
  const list = await timed(() => store.list('Pod'))
  const listNamespace = await timed(() => store.list('Pod', {namespace: 'default'}))
  return {
    'create a pod': create / size,
    'list, a pod': list / size,
    'list a namespace, a pod': listNamespace / size,
    'update a pod': (await timed(() => touch(store, 'plain'))) / flips,
    ...(await kept(size)),
    [`update a pod, ${watchers} watchers have seen it`]: (await timed(() => watched(store))) / flips,
    [`readiness to Endpoints, ${servicePods} of the pods behind a service`]: (await endpoints(store)) / flips,
  }
}

/** The same with a file behind it, as `podlab up` has it, and what it takes to go on with the file. */
async function kept(size: number): Promise<Record<string, number>> {
  const folder = mkdtempSync(join(tmpdir(), 'podlab-bench-'))
  let uids = 0
  const open = () => sqliteStore(join(folder, 'objects.db'), {clock: () => 0, uid: () => `uid-${++uids}`})
  try {
    const store = open()
    const create = await timed(() => fill(store, size))
    const update = await timed(() => touch(store, 'kept'))
    store.close()
    const reopen = await timed(() => open().close())
    return {
      'create a pod, kept on disk': create / size,
      'update a pod, kept on disk': update / flips,
      'go on with the file, a pod': reopen / size,
    }
  } finally {
    rmSync(folder, {recursive: true})
  }
}

function emptyStore(): Store {
  let uids = 0
  return memoryStore({clock: () => 0, uid: () => `uid-${++uids}`})
}

function fill(store: Store, size: number): void {
  for (let index = 0; index < size; index++) store.create(pod(index, index < servicePods ? 'web' : 'other'))
}

/** Changes pods behind the service one after the other. */
function touch(store: Store, mark: string): void {
  for (let index = 0; index < flips; index++) {
    const object = existing(store, index)
    store.update({...object, metadata: {...object.metadata, annotations: {mark: `${mark} ${index}`}}})
  }
}

async function watched(store: Store): Promise<void> {
  const stop = new AbortController()
  let seen = 0
  const done = Promise.withResolvers<void>()
  const watching = Array.from({length: watchers}, async () => {
    for await (const _ of watch(store, {kind: 'Pod', since: store.revision, signal: stop.signal}))
      if (++seen === watchers * flips) done.resolve()
  })
  await new Promise(setImmediate)
  touch(store, 'watched')
  await done.promise
  stop.abort()
  await Promise.all(watching)
}

/** Each change is brought to its end before the next is made, so nothing is saved by looking once for many. */
async function endpoints(store: Store): Promise<number> {
  const stop = new AbortController()
  store.create(service)
  const {idle, stopped} = runControllers({
    store,
    controllers: [endpointsController],
    signal: stop.signal,
    now: () => 0,
    random: () => 0,
  })
  await idle()
  const time = await timed(async () => {
    for (let index = 0; index < flips; index++) {
      const object = existing(store, index)
      const status = index % (2 * servicePods) < servicePods ? 'False' : 'True'
      store.update({...object, status: {...object.status, conditions: [{type: 'Ready', status}]}})
      await idle()
    }
  })
  stop.abort()
  await stopped
  return time
}

function existing(store: Store, index: number): Pod {
  const found = store.get('Pod', {namespace: 'default', name: `pod-${index % servicePods}`})
  if (found === undefined) throw new Error(`pod-${index} is not there`)
  return found
}

/** Microseconds. */
async function timed(action: () => unknown): Promise<number> {
  const start = performance.now()
  await action()
  return (performance.now() - start) * 1000
}

function pod(index: number, app: string): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {name: `pod-${index}`, namespace: 'default', labels: {app, tier: 'bench'}},
    spec: {nodeName: `node${index % 100}`, containers: [{name: 'web', image: 'luksa/kubia'}]},
    status: {
      phase: 'Running',
      podIP: `172.17.${index >> 8}.${index & 255}`,
      conditions: [{type: 'Ready', status: 'True'}],
    },
  }
}
