import type {ChildProcess} from 'node:child_process'
import {parentPort} from 'node:worker_threads'
import {type Namespaces, ownNamespaces} from '../../kernel/namespaces.ts'
import {findProgram} from '../programs/index.ts'
import type {PlayedServer} from '../programs/program.ts'
import {ended, spawned} from './child.ts'
import {type ContainerSpec, startContainer} from './container.ts'
import {hold, release} from './hold.ts'
import {removeLog, writeLog} from './logs.ts'
import {prepare} from './prepare.ts'
import type {EndQuestion, RequestMessage, Requests, WorkerMessage} from './protocol.ts'
import {run} from './run.ts'

/*
 * The runtime's worker thread. It alone changes namespaces; it starts every process of a lab, and it holds the sockets of the
 * programs that podlab plays. Everything between entering a namespace and coming home is synchronous.
 */

type Container = {readonly process: ChildProcess; readonly server: PlayedServer | undefined}

const containers = new Map<string, Container>()

if (parentPort) serve(parentPort)

function serve(port: NonNullable<typeof parentPort>): void {
  const say = (message: WorkerMessage) => port.postMessage(message)
  const namespaces = ownNamespaces()
  prepare(namespaces)
  port.on('message', (message: RequestMessage) => {
    answer(message, namespaces, say).then(
      value => say({type: 'answer', number: message.number, answer: value}),
      (error: Error) => say({type: 'failure', number: message.number, message: error.message, kind: error.name}),
    )
  })
  say({type: 'ready'})
}

async function answer(
  message: RequestMessage,
  namespaces: Namespaces,
  say: (message: WorkerMessage) => void,
): Promise<Requests[keyof Requests]['answer']> {
  switch (message.name) {
    case 'hold':
      return hold(namespaces, message.question)
    case 'release':
      return release(message.question.netns)
    case 'run':
      return run(namespaces, message.question)
    case 'start':
      return start(namespaces, message.question, say)
    case 'end':
      return end(message.question)
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
  const server = spec.played === undefined ? undefined : play(namespaces, spec, spec.played)
  try {
    const child = startContainer(namespaces, spec, server?.sockets ?? [])
    const pid = await spawned(child)
    containers.set(spec.id, {process: child, server})
    ended(child).then(code => {
      server?.close()
      containers.delete(spec.id)
      say({type: 'exited', id: spec.id, code})
    })
    return {pid}
  } catch (error) {
    server?.close()
    throw error
  }
}

function play(namespaces: Namespaces, spec: ContainerSpec, name: string): PlayedServer {
  return namespaces.within({join: {net: `/proc/${spec.pausePid}/ns/net`}}, () =>
    findProgram(name)({
      argv: spec.argv,
      hostname: spec.environment.HOSTNAME ?? '',
      environment: spec.environment,
      log: line => writeLog(spec.id, line),
    }),
  )
}

/* The kernel keeps SIGTERM from a pid namespace's first process that has no handler for it, as on a real node: such a program
   lives until its grace is over. */
async function end({id, how}: EndQuestion): Promise<Record<never, never>> {
  const container = containers.get(id)
  container?.process.kill(container.server ? 'SIGKILL' : how)
  return {}
}
