/**
 * How many questions a second the cluster's DNS answers, with 10,000 Services, beside CoreDNS where it is on the PATH. Each server has processor 0
 * alone, the questions come from processor 1, 200 of them under way at a time; servers take turns, and the best run of each counts, since
 * other work on the machine only ever slows. The processor's time for a question hardly depends on what else runs.
 *
 *   PATH=~/judges:$PATH node bench/dns.ts [SECONDS]
 */
import {type ChildProcess, spawn, spawnSync} from 'node:child_process'
import {createSocket} from 'node:dgram'
import {once} from 'node:events'
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {loadavg, tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as pause} from 'node:timers/promises'
import {createDnsServer} from '../src/dns/server.ts'
import {toldView} from '../src/dns/view.ts'
import {objectsApi} from '../test/judges/_objects-api.ts'
import {freePort} from '../test/judges/_ports.ts'
import {programNamed} from '../test/judges/_programs.ts'
import {clusterObjects} from './_dns-objects.ts'
import {markdown} from './timing.ts'

const seconds = process.argv[2] ?? '2'
const underWay = '200'
const repeats = 2
/** In seconds: Node compiles what is hot while it runs. */
const warmUp = '2.5'

/** The Corefile's lines, the names that are asked for, and how many of the names there are. */
const loads = {
  'cache 30, 5,000 names': {lines: 'cache 30', names: serviceNames(5000)},
  'no cache, 10,000 names': {lines: '', names: serviceNames(10_000)},
  'no cache, names that are not there': {lines: '', names: ['%.default.svc.cluster.local']},
  "kubeadm's Corefile, 10,000 names": {
    lines:
      'errors\nready\nprometheus 127.0.0.1:9153\nloop\nreload\nloadbalance\ncache 30 {\ndisable success cluster.local\ndisable denial cluster.local\n}',
    names: serviceNames(10_000),
  },
}

function serviceNames(count: number): readonly string[] {
  return Array.from({length: count}, (_, index) => `web-${index}.default.svc.cluster.local`)
}

const folder = mkdtempSync(join(tmpdir(), 'podlab-bench-'))
const client = join(folder, 'dns-load')
if (spawnSync('cc', ['-O2', '-o', client, join(import.meta.dirname, 'dns-load.c')], {stdio: 'inherit'}).status !== 0)
  throw new Error('cc could not compile dns-load.c')
const api = await objectsApi(clusterObjects())
const coredns = programNamed('coredns')
const servers: readonly string[] = coredns === undefined ? ['podlab'] : ['podlab', 'coredns']

/* A question for the A record of web-0.default.svc.cluster.local. */
const question = Buffer.from(
  '000101000001000000000000057765622d300764656661756c740373766307636c7573746572056c6f63616c0000010001',
  'hex',
)

type Figures = {
  readonly perSecond: number
  readonly median: number
  readonly tail: number
  readonly cpu: number
  readonly lost: number
}

try {
  const rows: string[][] = []
  for (const [load, {lines, names}] of Object.entries(loads)) {
    const runs = new Map<string, Figures[]>(servers.map(server => [server, []]))
    for (let run = 0; run < repeats; run++)
      for (const server of servers) runs.get(server)?.push(await measure(server, lines, names))
    for (const server of servers) {
      const best = (runs.get(server) ?? []).reduce((one, other) => (other.perSecond > one.perSecond ? other : one))
      const {perSecond, median, tail, cpu, lost} = best
      rows.push([
        load,
        server,
        `${Math.round(perSecond)}`,
        `${median} µs`,
        `${tail} µs`,
        `${cpu.toFixed(1)} µs`,
        `${lost}`,
      ])
    }
  }
  process.stdout.write(
    markdown([['load', 'server', 'questions/s', 'median', 'p99', 'processor a question', 'lost'], ...rows]),
  )
  process.stdout.write(`a Service changes and is asked for: ${changeTime().toFixed(1)} µs, with 10,000 of them\n`)
  process.stdout.write(`load of the machine ${loadavg()[0]?.toFixed(1)}\n`)
} finally {
  api.close()
  rmSync(folder, {recursive: true, force: true})
}

/** Microseconds from telling podlab's server of a change to the bytes of the new answer, without sockets. */
function changeTime(): number {
  const objects = clusterObjects()
  const view = toldView()
  for (const object of objects) view.tell({type: 'ADDED', object})
  view.sync()
  const exchange = () => Promise.reject(new Error('nobody else is asked'))
  const corefile = '. {\nkubernetes cluster.local\n}'
  const server = createDnsServer({corefile, view, exchange, log: () => undefined, now: Date.now})
  const client = {address: '127.0.0.1', port: 4000, protocol: 'udp'} as const
  const changes = objects.filter(({kind}) => kind === 'Service')
  const began = process.cpuUsage()
  for (const object of changes) {
    view.tell({type: 'MODIFIED', object: {...object}})
    server.answer(question, client, 53)
  }
  const {user, system} = process.cpuUsage(began)
  server.close()
  return (user + system) / changes.length
}

async function measure(server: string, lines: string, names: readonly string[]): Promise<Figures> {
  const port = await freePort()
  const child = start(server, port, lines)
  try {
    await answers(port)
    await ask(port, names, warmUp)
    const before = processorTime(child)
    const [count = 0, lost = 0, time = 1, median = 0, tail = 0] = await ask(port, names, seconds)
    const cpu = ((processorTime(child) - before) * 1e6) / Math.max(1, count)
    return {perSecond: count / time, median, tail, cpu, lost}
  } finally {
    child.kill('SIGKILL')
    await once(child, 'close')
  }
}

function start(server: string, port: number, lines: string): ChildProcess {
  const endpoint = server === 'coredns' ? `endpoint ${api.url}\n` : ''
  const bind = server === 'coredns' ? 'bind 127.0.0.1\n' : ''
  const corefile = join(folder, 'Corefile')
  writeFileSync(corefile, `.:${port} {\n${bind}${lines}\nkubernetes cluster.local {\n${endpoint}ttl 30\n}\n}\n`)
  const command =
    server === 'coredns'
      ? [coredns ?? '', '-conf', corefile]
      : [process.execPath, join(import.meta.dirname, '_dns-process.ts'), `${port}`, corefile]
  const environment = {...process.env, GOMAXPROCS: '1'}
  return spawn('taskset', ['-c', '0', ...command], {stdio: ['ignore', 'ignore', 'inherit'], env: environment})
}

/** Asks until the server has an answer. */
async function answers(port: number): Promise<void> {
  const socket = createSocket('udp4')
  const deadline = performance.now() + 60_000
  for (;;) {
    socket.send(question, port, '127.0.0.1')
    const [bytes] = await once(socket, 'message', {signal: AbortSignal.timeout(300)}).catch(() => [undefined])
    if (bytes instanceof Buffer && bytes.readUInt16BE(6) === 1) break
    if (performance.now() > deadline) throw new Error('the server does not answer')
    await pause(100)
  }
  socket.close()
}

async function ask(port: number, names: readonly string[], time: string): Promise<number[]> {
  const child = spawn('taskset', ['-c', '1', client, `${port}`, time, underWay], {stdio: ['pipe', 'pipe', 'inherit']})
  child.stdin.end(names.map(name => `${name}\n`).join(''))
  const said = (await child.stdout.setEncoding('utf8').toArray()).join('')
  return said.trim().split(' ').map(Number)
}

/** Seconds of processor time that a process has used. */
function processorTime({pid}: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}
