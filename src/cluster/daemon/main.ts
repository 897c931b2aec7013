import {createWriteStream, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {createInterface} from 'node:readline'
import type {Worker} from 'node:worker_threads'
import {pino} from 'pino'
import type {Lab} from '../../lab/lab.ts'
import type {ApiAccess} from '../api-access.ts'
import type {Outside} from '../dns/outside.ts'
import {format, type KeptLab} from '../kept.ts'
import {endedButKept} from '../sandbox.ts'
import type {SessionState} from '../session.ts'
import type {StartMessage} from '../start-lab.ts'
import {serveApi} from './api-server.ts'
import {hostPid, mountSandbox} from './boot.ts'
import {type Cluster, createCluster} from './cluster.ts'
import {serveControl} from './control-server.ts'
import {keep} from './keep.ts'
import {controlVerbs} from './verbs.ts'

/*
 * A lab's daemon: the first process of its sandbox. Its arguments: the session's folder. Standard input is its life line: a line
 * of JSON with the lab, and later the words "let go"; when it ends without them, so does the lab. Descriptor 3 tells the
 * starter how it goes, and 5 (and 6) are the API server's sockets on the host; standard output and error are the session's log.
 *
 * It ends with code 0 when the lab is taken down. When it is told to end otherwise, as by a machine that is switched off, its code says
 * that what is kept of the lab is to stay.
 */

export type Birth = {
  readonly lab: Lab
  readonly source: string
  readonly rootless: boolean
  readonly apiServer: ApiAccess
  readonly ports: KeptLab['ports']
  /** The folder in which the lab is kept, and since when it is one that goes on. */
  readonly kept?: {readonly folder: string; readonly resumed?: string}
  /** Why it is not, although that was wanted. */
  readonly note?: string
  /** By which socket, and of whom, names outside the lab may be asked. */
  readonly outside?: Outside
}

const messages = createWriteStream('', {fd: 3})
messages.on('error', () => undefined) // the starter has gone; there is nobody to tell

function tell(message: StartMessage): void {
  messages.write(`${JSON.stringify(message)}\n`)
}

async function main(folder: string, thread: Worker): Promise<void> {
  const output = pino.destination({fd: 1, sync: true})
  for (const sink of [output, process.stderr]) sink.on('error', () => undefined) // a full disk takes the log, not the lab
  const log = pino({base: null, timestamp: pino.stdTimeFunctions.isoTime}, output)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(endedButKept))
  const pid = hostPid()
  const lines = createInterface({input: process.stdin})[Symbol.asyncIterator]()
  const first = await lines.next()
  if (first.done) process.exit(0)
  const {lab, source, rootless, apiServer, ports, kept, note, outside} = JSON.parse(first.value) as Birth
  followLifeLine(lines, () => process.exit(kept?.resumed === undefined ? 0 : endedButKept))

  // All that lies in the session's folder comes first: the sandbox's own /run may cover it.
  const cluster = Promise.withResolvers<Cluster>()
  cluster.promise.catch(() => undefined) // told below; questions that wait for it are answered with it too
  let notes = () => (note === undefined ? [] : [note]) as readonly string[]
  const verbs = controlVerbs(cluster.promise, {lab, notes: () => notes(), end: () => process.exit(0)})
  const startedAt = kept?.resumed ?? new Date().toISOString()
  const state: SessionState = {pid, source, rootless, startedAt, ...(kept && {kept: kept.folder})}
  try {
    await serveControl(join(folder, 'control.sock'), verbs)
    writeFileSync(join(folder, 'kubeconfig'), apiServer.kubeconfig, {mode: 0o600})
    writeFileSync(join(folder, 'state.json'), JSON.stringify(state), {mode: 0o600})
  } catch (error) {
    const message = `the session's folder ${folder} cannot be written to (${(error as Error).message})`
    return fail({type: 'failed', message, code: 'no-session'})
  }

  serveApi(cluster.promise, {access: apiServer, log})

  const resumed = kept?.resumed !== undefined
  const {store, finish, ...keeping} = await keep({folder: kept?.folder, resume: resumed, log})
  if (note === undefined) notes = keeping.notes
  mountSandbox()
  try {
    const died = (error: Error) => {
      log.fatal({err: error}, 'the runtime is gone, so the lab ends')
      process.exit(1)
    }
    cluster.resolve(
      await createCluster({
        ...{lab, store, resumed},
        rootless,
        access: apiServer,
        ...(outside && {outside}),
        ...{log, thread},
        signal: new AbortController().signal,
        died,
      }),
    )
  } catch (error) {
    cluster.reject(error)
    throw error
  }
  finish({format, lab, source, startedAt, ports, apiServer})
  tell({type: 'ready'})
}

/* Reads on in the background until the starter lets go or dies. */
function followLifeLine(lines: AsyncIterator<string>, end: () => void): void {
  lines.next().then(({done, value}) => {
    if (done || value !== 'let go') end()
  })
}

function fail(message: StartMessage): void {
  tell(message)
  messages.end(() => process.exit(1))
}

/** Lives a lab's life, to the end of the process, in that folder and with that thread for the runtime. */
export function run(folder: string, thread: Worker): void {
  main(folder, thread).catch((error: Error) => fail({type: 'failed', message: error.message}))
}
