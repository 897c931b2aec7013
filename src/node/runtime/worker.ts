import type {ChildProcess} from 'node:child_process'
import {closeSync} from 'node:fs'
import {Readable} from 'node:stream'
import {finished} from 'node:stream/promises'
import {setImmediate} from 'node:timers/promises'
import {parentPort} from 'node:worker_threads'
import {type Namespaces, ownNamespaces} from '../../kernel/namespaces.ts'
import {loadNetlink, type Netlink} from '../../kernel/netlink.ts'
import {netnsPath} from '../../kernel/netns-path.ts'
import {findProgram} from '../programs/index.ts'
import type {PlayedServer} from '../programs/program.ts'
import {ask} from './ask.ts'
import {ended, spawned} from './child.ts'
import {type ContainerSpec, startContainer} from './container.ts'
import {hold, release} from './hold.ts'
import {killRest, type Rest, restOf} from './leftovers.ts'
import {endLog, openLog, removeLog, writeLog} from './logs.ts'
import {prepare} from './prepare.ts'
import type {EndQuestion, RequestMessage, Requests, WorkerMessage} from './protocol.ts'
import {readInside} from './read-inside.ts'
import {readLog} from './read-log.ts'
import {run} from './run.ts'

/*
 * The runtime's worker thread. It alone changes namespaces; it starts every process of a lab, and it holds the sockets of the
 * programs that podlab plays. Everything between entering a namespace and coming home is synchronous.
 */

type Container = {
  readonly process: ChildProcess
  readonly server: PlayedServer | undefined
  /** What it may leave in a pid namespace that is not its own. */
  readonly rest?: Rest
  /** The code that a played program chose to end with. */
  chosenCode?: number
}

const containers = new Map<string, Container>()

if (parentPort) serve(parentPort)

function serve(port: NonNullable<typeof parentPort>): void {
  const say = (message: WorkerMessage) => port.postMessage(message)
  const namespaces = ownNamespaces()
  const netlink = loadNetlink()
  prepare(namespaces)
  port.on('message', (message: RequestMessage) => {
    if (message.name === 'cancel') return asked.get(message.number)?.abort()
    answer(message, {namespaces, netlink, say}).then(
      value => say({type: 'answer', number: message.number, answer: value}),
      (error: Error) => say({type: 'failure', number: message.number, message: error.message, kind: error.name}),
    )
  })
  say({type: 'ready'})
}

/* What is being asked, by the question's number. */
const asked = new Map<number, AbortController>()

async function answer(
  message: Exclude<RequestMessage, {name: 'cancel'}>,
  {namespaces, netlink, say}: {namespaces: Namespaces; netlink: Netlink; say: (message: WorkerMessage) => void},
): Promise<Requests[keyof Requests]['answer']> {
  switch (message.name) {
    case 'hold':
      return hold(namespaces, message.question, code => say({type: 'exited', id: message.question.netns, code}))
    case 'release':
      return release(message.question.netns)
    case 'run':
      return run(namespaces, message.question)
    case 'netlink': {
      const {netns, ops} = message.question
      return {done: namespaces.within({join: {net: netnsPath(netns)}}, () => netlink(ops))}
    }
    case 'start':
      return start(namespaces, message.question, say)
    case 'end':
      return end(message.question)
    case 'ask': {
      const {number, question} = message
      const cancel = new AbortController()
      asked.set(number, cancel)
      return ask(namespaces, question, cancel.signal).finally(() => asked.delete(number))
    }
    case 'log':
      return (await readLog(message.question)) ?? null
    case 'remove':
      removeLog(message.question.id)
      return {}
  }
}

async function start(
  namespaces: Namespaces,
  spec: ContainerSpec,
  say: (message: WorkerMessage) => void,
): Promise<{pid: number}> {
  const log = openLog(spec.id, namespaces.syscalls)
  let server: PlayedServer | undefined
  try {
    server = spec.played === undefined ? undefined : play(namespaces, spec, spec.played)
    const child = startContainer(namespaces, spec, {log, sockets: server?.sockets ?? []})
    const pid = await spawned(child)
    const container: Container = {
      process: child,
      server,
      ...(spec.sharesProcesses && {rest: restOf(pid, spec.pausePid)}),
    }
    containers.set(spec.id, container)
    const stands = closed(child.stdio[3])
    void follow(spec.id, container, stands).then(code => say({type: 'exited', id: spec.id, code}))
    await stands
    return {pid}
  } catch (error) {
    server?.close()
    endLog(spec.id)
    throw error
  } finally {
    closeSync(log)
  }
}

/* Resolves with the code of a container that ended: not before whoever started it has heard that it stood. */
async function follow(id: string, container: Container, stands: Promise<void>): Promise<number> {
  const code = await ended(container.process)
  container.server?.close()
  if (container.rest) killRest(container.rest)
  endLog(id)
  if (containers.get(id) === container) containers.delete(id)
  await stands
  await setImmediate()
  return container.chosenCode ?? code
}

function exit(container: Container | undefined, code: number): void {
  if (!container) return
  container.chosenCode = code
  container.process.kill('SIGKILL')
}

async function closed(stream: ChildProcess['stdio'][number] | undefined): Promise<void> {
  if (!(stream instanceof Readable)) return
  stream.resume()
  await finished(stream, {writable: false}).catch(() => undefined) // a process that died has not closed it politely
  stream.destroy()
}

function play(namespaces: Namespaces, spec: ContainerSpec, name: string): PlayedServer {
  return namespaces.within({join: {net: `/proc/${spec.pausePid}/ns/net`}}, () =>
    findProgram(name)({
      argv: spec.argv,
      hostname: spec.environment.HOSTNAME ?? '',
      environment: spec.environment,
      log: line => writeLog(spec.id, line),
      readFile: path => {
        const pid = containers.get(spec.id)?.process.pid
        return pid === undefined ? undefined : readInside(namespaces.syscalls, pid, path)
      },
      exit: code => exit(containers.get(spec.id), code),
    }),
  )
}

/* The kernel keeps SIGTERM from a pid namespace's first process that has no handler for it, as on a real node: such a program
   lives until its grace is over. */
async function end({id, how}: EndQuestion): Promise<Record<never, never>> {
  const container = containers.get(id)
  if (!container?.server) container?.process.kill(how)
  else if (how === 'SIGTERM') exit(container, 0)
  else container.process.kill(how)
  return {}
}
