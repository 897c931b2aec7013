import {closeSync, readFileSync} from 'node:fs'
import {Socket} from 'node:net'
import {finished} from 'node:stream/promises'
import {setImmediate} from 'node:timers/promises'
import type {MessagePort} from 'node:worker_threads'
import {type Child, type Children, loadChildren} from '../../kernel/children.ts'
import type {Forget} from '../../kernel/conntrack/forget.ts'
import {type Namespaces, ownNamespaces} from '../../kernel/namespaces.ts'
import {loadNetlink, type Netlink} from '../../kernel/netlink.ts'
import {netnsPath} from '../../kernel/netns-path.ts'
import {isOneUser, pretendOtherUsers} from '../../kernel/one-user.ts'
import {findProgram} from '../programs/index.ts'
import type {PlayedServer, Program, Programs} from '../programs/program.ts'
import {ask} from './ask.ts'
import {type ContainerSpec, startContainer} from './container.ts'
import {exec} from './exec.ts'
import {hold, release} from './hold.ts'
import {type Input, openInput} from './input.ts'
import {launch} from './launch.ts'
import {killRest, type Rest, restOf} from './leftovers.ts'
import {appendLog, endLog, openLog, removeLog, writeLog} from './logs.ts'
import {type Output, openOutput} from './output.ts'
import {filesOf} from './played-files.ts'
import {prepare} from './prepare.ts'
import type {EndQuestion, InputQuestion, RequestMessage, Requests, WorkerMessage} from './protocol.ts'
import {readLog} from './read-log.ts'
import {run} from './run.ts'
import {removeVolumes, setUpVolumes} from './volumes/set-up.ts'

/*
 * The runtime's worker thread. It alone changes namespaces; it starts every process of a lab, and it holds the sockets of the
 * programs that podlab plays. Everything between entering a namespace and coming home is synchronous.
 */

type Container = {
  readonly process: Child
  readonly server: PlayedServer | undefined
  readonly input: Input | undefined
  /** What it prints into, unless that is a terminal. */
  readonly output: Output | undefined
  /** What it may leave in a pid namespace that is not its own. */
  readonly rest?: Rest
  /** The code that a played program chose to end with. */
  chosenCode?: number
}

type Machine = {readonly namespaces: Namespaces; readonly children: Children}

type Say = (message: WorkerMessage) => void

/* Loaded when a connection is to be forgotten for the first time. */
let forget: Forget | undefined

const containers = new Map<string, Container>()

/**
 * Serves the main thread by its port, from its word on that the sandbox stands. The programs of higher floors are given by `higher`,
 * besides those of `node/programs`.
 */
export function serve(port: MessagePort, higher: Programs = {}): void {
  port.once('message', () => begin(port, higher))
}

function begin(port: MessagePort, higher: Programs): void {
  const say: Say = message => port.postMessage(message)
  const namespaces = ownNamespaces()
  const netlink = loadNetlink()
  const children = loadChildren()
  prepare(namespaces)
  if (isOneUser(readFileSync('/proc/self/uid_map', 'utf8'))) pretendOtherUsers()
  port.on('message', (message: RequestMessage) => {
    if (message.name === 'begin') return
    if (message.name === 'cancel') return asked.get(message.number)?.abort()
    if (message.name === 'reap') return children.reap()
    answer(message, {namespaces, netlink, children, say, higher}).then(
      value => say({type: 'answer', number: message.number, answer: value}),
      (error: Error) => say({type: 'failure', number: message.number, message: error.message, kind: error.name}),
    )
  })
  say({type: 'ready'})
}

/* What is being asked, by the question's number. */
const asked = new Map<number, AbortController>()

async function answer(
  message: Exclude<RequestMessage, {name: 'begin' | 'cancel' | 'reap'}>,
  {
    netlink,
    say,
    higher,
    ...machine
  }: Machine & {readonly netlink: Netlink; readonly say: Say; readonly higher: Programs},
): Promise<Requests[keyof Requests]['answer']> {
  const {namespaces} = machine
  switch (message.name) {
    case 'hold':
      return hold(machine, message.question, code => say({type: 'exited', id: message.question.netns, code}))
    case 'launch':
      return launch(machine, message.question, code => say({type: 'exited', id: message.question.name, code}))
    case 'release':
      return release(message.question.netns)
    case 'run':
      return run(machine, message.question)
    case 'netlink': {
      const {netns, ops} = message.question
      const flows = ops.flatMap(op => (op.op === 'forgetConnections' ? [op.flows] : []))
      if (flows.length > 0) forget ??= (await import('../../kernel/conntrack/forget.ts')).loadForget()
      const act = flows.length > 0 ? () => forget?.(flows) === true : () => netlink(ops)
      return {done: namespaces.within({join: {net: netnsPath(netns)}}, act)}
    }
    case 'turn':
      return {}
    case 'setUpVolumes':
      return setUpVolumes(namespaces.syscalls, message.question)
    case 'removeVolumes':
      return removeVolumes(namespaces.syscalls, message.question.uid)
    case 'start':
      return start({...machine, higher}, message.question, say)
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
    case 'exec':
      return exec(machine, message.question, code => say({type: 'over', number: message.number, code}))
    case 'socket': {
      const net = `/proc/${message.question.pid}/ns/net`
      return {descriptor: namespaces.within({join: {net}}, () => namespaces.syscalls.tcpSocket())}
    }
    case 'listen': {
      const {pid, ...place} = message.question
      const net = `/proc/${pid}/ns/net`
      return {descriptor: namespaces.within({join: {net}}, () => namespaces.syscalls.tcpListener(place))}
    }
    case 'input':
      return giveInput(message.question)
    case 'remove':
      removeLog(message.question.id)
      return {}
  }
}

async function start(
  {higher, ...machine}: Machine & {readonly higher: Programs},
  spec: ContainerSpec,
  say: Say,
): Promise<{pid: number}> {
  const {namespaces} = machine
  openLog(spec.id, namespaces.syscalls)
  let server: PlayedServer | undefined
  const print = (bytes: Buffer) => appendLog(spec.id, bytes)
  const input = spec.stdin || spec.tty ? openInput(namespaces, spec.tty === true, print) : undefined
  const output = spec.tty ? undefined : openOutput(namespaces, print)
  try {
    server = spec.played === undefined ? undefined : play(namespaces, spec, findProgram(spec.played, higher))
    const given = {sockets: server?.sockets ?? [], ...(input && {input}), ...(output && {output})}
    const {child, stands} = startWithSignal(machine, spec, given)
    const {pid} = child
    const container: Container = {
      process: child,
      ...{server, input, output},
      ...(spec.processesOf !== undefined && {rest: restOf(pid, spec.processesOf)}),
    }
    containers.set(spec.id, container)
    void follow(spec.id, container, stands).then(code => say({type: 'exited', id: spec.id, code}))
    await stands
    return {pid}
  } catch (error) {
    server?.close()
    input?.close()
    output?.close()
    endLog(spec.id)
    throw error
  } finally {
    input?.closeTheirs()
    output?.closeTheirs()
  }
}

/* Resolves with the code of a container that ended: not before whoever started it has heard that it stood. */
async function follow(id: string, container: Container, stands: Promise<void>): Promise<number> {
  const code = await container.process.ended
  container.server?.close()
  if (container.rest) killRest(container.rest)
  await (container.output ?? container.input?.printed)?.over()
  container.input?.close()
  container.output?.close()
  endLog(id)
  if (containers.get(id) === container) containers.delete(id)
  await stands
  await setImmediate()
  return container.chosenCode ?? code
}

/* What is given to a container that has gone, or has no input, is lost: whoever attaches learns of the end by its log. */
async function giveInput({id, what}: InputQuestion): Promise<Record<never, never>> {
  const input = containers.get(id)?.input
  if (what === null) input?.end()
  else if (what instanceof Uint8Array) await input?.write(what)
  else input?.resize(what)
  return {}
}

function exit(container: Container | undefined, code: number): void {
  if (!container) return
  container.chosenCode = code
  container.process.kill('SIGKILL')
}

/* `stands` resolves when init has closed its end of a pipe, or has died. */
function startWithSignal(
  machine: Machine,
  spec: ContainerSpec,
  given: Omit<Parameters<typeof startContainer>[2], 'stands'>,
): {child: Child; stands: Promise<void>} {
  const {readEnd, writeEnd} = machine.namespaces.syscalls.pipe()
  try {
    const child = startContainer(machine, spec, {...given, stands: writeEnd})
    return {child, stands: closed(new Socket({fd: readEnd, readable: true, writable: false}))}
  } catch (error) {
    closeSync(readEnd)
    throw error
  } finally {
    closeSync(writeEnd)
  }
}

async function closed(stream: Socket): Promise<void> {
  stream.resume()
  await finished(stream, {writable: false})
  stream.destroy()
}

function play(namespaces: Namespaces, spec: ContainerSpec, program: Program): PlayedServer {
  const inNetwork = <T>(act: () => T) => namespaces.within({join: {net: `/proc/${spec.pausePid}/ns/net`}}, act)
  return inNetwork(() =>
    program({
      inNetwork,
      argv: spec.argv,
      hostname: spec.environment.HOSTNAME ?? '',
      environment: spec.environment,
      log: line => writeLog(spec.id, line),
      ...filesOf(namespaces.syscalls, spec, () => containers.get(spec.id)?.process.pid),
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
