/**
 * What a proxy costs beside rules: `node bench/userspace.ts [PAIRS]` (5 pairs, a minute; needs perl and iperf3).
 *
 * A client pod and a server pod on the other node, and a Service with the server alone behind it. Turn about, the same through kube-proxy's userspace mode
 * and through iptables mode, in the same lab (`podlab set proxy`): connections that are opened, say a word, and are closed, from four
 * processes for a second and a half (at most 12,000); and one stream of TCP for a second. The same through userspace mode in a second lab, where a
 * NetworkPolicy lets the client in, so that the proxy asks before each call. How much processor time a connection takes of the lab's first process says
 * more on a busy machine. Medians; `ratio` is the median of userspace's to iptables' of a pair,
 * and of `judged` to userspace's, which a busy machine spoils less. It says the load with them.
 */
import {execFile} from 'node:child_process'
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {loadavg, tmpdir} from 'node:os'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {markdown, median, podlab} from './timing.ts'

const pairs = Number(process.argv[2] ?? 5)
const open = 'bench-userspace'
const judged = 'bench-judged'
const scratch = mkdtempSync(join(tmpdir(), 'podlab-bench-'))
const environment = {...process.env, XDG_RUNTIME_DIR: scratch}
const ways = {
  userspace: {lab: open, mode: 'userspace'},
  iptables: {lab: open, mode: 'iptables'},
  judged: {lab: judged, mode: 'userspace'},
} as const
type Way = keyof typeof ways

const letIn = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: {name: 'server'},
  spec: {
    podSelector: {matchLabels: {app: 'server'}},
    ingress: [{from: [{podSelector: {matchLabels: {app: 'client'}}}]}],
  },
}

type Figures = {readonly connections: number; readonly milliseconds: number; readonly gigabits: number}

/* Takes a connection, says a word, closes it; four processes, as one would be the bottleneck. */
const server = `use Socket; socket(L, PF_INET, SOCK_STREAM, 0); setsockopt(L, SOL_SOCKET, SO_REUSEADDR, 1); \
bind(L, sockaddr_in(8080, INADDR_ANY)); listen(L, 512); fork for 1, 2; while (accept(C, L)) { syswrite C, "hi\\n"; close C }`

const client = `use Socket; use Time::HiRes "time"; $to = sockaddr_in(80, inet_aton("10.98.0.10")); $end = time + 1.5; \
fork for 1, 2; $n = 0; while (time < $end && $n < 3000) { socket(S, PF_INET, SOCK_STREAM, 0); connect(S, $to) or die "connect: $!"; \
sysread(S, $b, 9) == 3 or die "no word: $!"; close S; $n++ } print "$n ", time - $end + 1.5, "\\n"; 1 while wait > 0`

try {
  const loadBefore = loadavg()[0]?.toFixed(1)
  await run('up', writeLab(open))
  await run('up', writeLab(judged, [letIn]))
  const all: Record<Way, Figures[]> = {userspace: [], iptables: [], judged: []}
  for (let pair = 0; pair < pairs; pair++)
    for (const [way, {lab, mode}] of Object.entries(ways)) {
      await run('set', 'proxy', mode, '--lab', lab)
      all[way as Way].push({...(await connections(lab)), gigabits: await stream(lab)})
    }
  process.stdout.write(
    `${markdown([
      ['through a Service', 'userspace', 'iptables', 'ratio', 'judged', 'ratio'],
      row('connections a second', all, one => one.connections, 0),
      row('processor time of the lab for one, ms', all, one => one.milliseconds, 2),
      row('one stream, Gbit/s', all, one => one.gigabits, 2),
    ])}\nLoad of the machine: ${loadBefore} to ${loadavg()[0]?.toFixed(1)}\n`,
  )
} finally {
  for (const lab of [open, judged]) await run('down', lab).catch(() => undefined)
  rmSync(scratch, {recursive: true, force: true})
}

function row(what: string, all: Record<Way, readonly Figures[]>, of: (one: Figures) => number, digits: number) {
  const [slow, fast, asking] = [all.userspace.map(of), all.iptables.map(of), all.judged.map(of)]
  const ratio = (to: readonly number[], from: readonly number[]) =>
    wordOf(median(to.map((value, pair) => value / (from[pair] ?? Number.NaN))))
  const figure = (values: readonly number[]) => median(values).toFixed(digits)
  return [what, figure(slow), figure(fast), ratio(slow, fast), figure(asking), ratio(asking, slow)]
}

/* To nothing there is no ratio. */
function wordOf(ratio: number): string {
  return ratio < 100 ? ratio.toFixed(2) : '-'
}

/** Each of four processes says how many, and in how many seconds. */
async function connections(lab: string): Promise<Omit<Figures, 'gigabits'>> {
  const before = await processorTime(lab)
  const lines = (await inClient(lab, 'perl', '-e', client)).trim().split('\n')
  const spent = (await processorTime(lab)) - before
  const figures = lines.map(line => line.split(' ').map(Number))
  const all = figures.reduce((sum, [count = 0]) => sum + count, 0)
  return {
    connections: figures.reduce((sum, [count = 0, seconds = 1]) => sum + count / seconds, 0),
    milliseconds: spent / all,
  }
}

/** Of the lab's first process with its threads, the proxy's among them; in ms, of which Linux counts ten at a time. */
async function processorTime(lab: string): Promise<number> {
  const labs = JSON.parse(await run('ls', '--json')) as readonly {readonly name: string; readonly pid: number}[]
  const pid = labs.find(({name}) => name === lab)?.pid
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * 10
}

async function stream(lab: string): Promise<number> {
  const text = await inClient(lab, 'timeout', '15', 'iperf3', '-c', '10.98.0.10', '-t', '1', '-J')
  return JSON.parse(text).end.sum_received.bits_per_second / 1e9
}

function inClient(lab: string, ...argv: readonly string[]): Promise<string> {
  return run('exec', '--lab', lab, 'pod/client', '--', ...argv)
}

async function run(...words: readonly string[]): Promise<string> {
  const [program = '', ...rest] = podlab
  const {stdout} = await promisify(execFile)(program, [...rest, ...words], {env: environment, timeout: 60_000})
  return stdout
}

function writeLab(name: string, policies: readonly object[] = []): string {
  const pod = (podName: string, nodeName: string, commands: readonly (readonly string[])[]) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {name: podName, labels: {app: podName}},
    spec: {
      nodeName,
      containers: commands.map((command, at) => ({name: `c${at}`, image: 'nicolaka/netshoot', command})),
    },
  })
  const ports = [
    {name: 'word', port: 80, targetPort: 8080},
    {name: 'iperf', port: 5201},
  ]
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {name: 'server'},
    spec: {clusterIP: '10.98.0.10', selector: {app: 'server'}, ports},
  }
  const lab = {
    nodes: ['node1', 'node2'],
    manifests: [
      pod('client', 'node1', [['sleep', 'infinity']]),
      pod('server', 'node2', [
        ['perl', '-e', server],
        ['iperf3', '-s'],
      ]),
      service,
      ...policies,
    ],
  }
  const folder = join(scratch, name)
  mkdirSync(folder)
  writeFileSync(join(folder, 'lab.yaml'), JSON.stringify(lab))
  return folder
}
