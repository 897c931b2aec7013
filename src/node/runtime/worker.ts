import {type ChildProcess, spawn} from 'node:child_process'
import {once} from 'node:events'
import {appendFileSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {constants} from 'node:os'
import {dirname} from 'node:path'
import type {Readable} from 'node:stream'
import {parentPort} from 'node:worker_threads'
import {type Namespaces, ownNamespaces} from '../../kernel/namespaces.ts'
import {netnsPath} from '../../kernel/netns-path.ts'
import {systemPath} from '../../kernel/system-path.ts'
import {findProgram} from '../programs/index.ts'
import type {PlayedServer} from '../programs/program.ts'
import {type ContainerSpec, logPath, startContainer} from './container.ts'
import {layout} from './layout.ts'
import {nodeMounts, nodePause} from './node-mounts.ts'
import {prepare} from './prepare.ts'
import type {
  EndQuestion,
  HoldQuestion,
  RequestMessage,
  Requests,
  RunAnswer,
  RunQuestion,
  WorkerMessage,
} from './protocol.ts'

/*
 * The runtime's worker thread. It alone changes namespaces; it starts every process of a lab, and it holds the sockets of the
 * programs that podlab plays. Everything between entering a namespace and coming home is synchronous.
 */

type Container = {readonly process: ChildProcess; readonly server: PlayedServer | undefined}

const containers = new Map<string, Container>()
const owners = new Map<string, ChildProcess>()

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
  }
}

/* Names under /run/netns are links to the owner's namespace: unlike binds they cost no mount, and those every container copies. */
async function hold(namespaces: Namespaces, {netns, hostname, as}: HoldQuestion): Promise<{pid: number}> {
  const child = namespaces.within({make: as === 'pod' ? ['net', 'uts', 'ipc'] : ['net', 'uts', 'ipc', 'mnt']}, () => {
    namespaces.syscalls.sethostname(hostname)
    if (as === 'node') nodeMounts(namespaces.syscalls, hostname)
    else withoutIpv6()
    const program = as === 'node' ? nodePause : `${layout.programs}/pause`
    const argv0 = as === 'node' ? `node:${hostname}` : '/pause'
    return spawn(program, [], {argv0, stdio: 'ignore', detached: true, cwd: '/', env: {}})
  })
  const pid = await spawned(child)
  symlinkSync(`/proc/${pid}/ns/net`, netnsPath(netns))
  owners.set(netns, child)
  return {pid}
}

/* As docker does for its containers; a kernel that has no IPv6 has no such switch. */
function withoutIpv6(): void {
  const all = '/proc/sys/net/ipv6/conf/all/disable_ipv6'
  if (existsSync(all)) writeFileSync(all, '1')
}

async function release(netns: string): Promise<Record<never, never>> {
  rmSync(netnsPath(netns), {force: true})
  const owner = owners.get(netns)
  owners.delete(netns)
  if (owner?.kill('SIGKILL')) await ended(owner)
  return {}
}

/* Standard input is given as a whole; what a tool does with it is its own affair, also when it ends early. */
async function run(namespaces: Namespaces, {netns, argv: [program, ...rest], input}: RunQuestion): Promise<RunAnswer> {
  const child = namespaces.within({join: {net: netnsPath(netns)}}, () =>
    spawn(program, rest, {cwd: '/', env: {PATH: systemPath, LC_ALL: 'C'}, stdio: 'pipe'}),
  )
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)]
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const code = await ended(child)
  return {code, stdout: await stdout, stderr: await stderr}
}

async function start(
  namespaces: Namespaces,
  spec: ContainerSpec,
  say: (message: WorkerMessage) => void,
): Promise<{pid: number}> {
  mkdirSync(dirname(logPath(spec.id)), {recursive: true})
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
      log: line => appendFileSync(logPath(spec.id), `${line}\n`),
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

async function spawned(child: ChildProcess): Promise<number> {
  if (child.pid !== undefined) return child.pid
  const [error] = await once(child, 'error')
  throw error
}

/** The code it ended with; a signal counts as 128 and its number, as a shell has it. */
async function ended(child: ChildProcess): Promise<number> {
  if (child.pid === undefined) await spawned(child)
  const [code, signal]: [number | null, NodeJS.Signals | null] = await new Promise(resolve =>
    child.once('exit', (...result) => resolve(result)),
  )
  return code ?? 128 + (signal === null ? 0 : constants.signals[signal])
}

async function collect(stream: Readable): Promise<string> {
  return (await stream.setEncoding('utf8').toArray()).join('')
}
