/**
 * What kube-proxy's modes cost, on real namespaces: `node bench/proxies.ts [COUNTS] [PLOT.svg] [MODES]` (as root, 5 to 10 minutes; COUNTS is 10,100,1000,3000,10000, MODES
 * iptables,nftables; ipvs where the kernel has it: `podlab vm -- node bench/proxies.ts 10,100,1000 iptables,ipvs`).
 *
 * For so many Services with three endpoints each, in one node's namespace: a full sync from nothing, and a sync after one endpoint went. Beside each stand the
 * tools alone (`iptables-restore`, `nft -f`, `ipset restore`, `ipvsadm -R`), given the same text in a namespace that holds the same: the ratio is what podlab's own
 * deciding, comparing and printing adds. What a full sync takes a Service stays the same where it is linear. Then the first packet: how long `connect` takes from the node to the cluster IP that stands last, the median
 * of 300. The table goes to the standard output, and with a file named the plot to it (bench/proxies.svg).
 */
import {execFileSync, spawn, spawnSync} from 'node:child_process'
import {once} from 'node:events'
import {mkdirSync, writeFileSync} from 'node:fs'
import {loadavg} from 'node:os'
import {join} from 'node:path'
import type {Run} from '../src/kernel/kernel.ts'
import {linuxKernel} from '../src/kernel/linux.ts'
import {nsenterRun} from '../src/kernel/run.ts'
import {nth, parseNetwork} from '../src/net/cidr.ts'
import {parseIp} from '../src/net/ip.ts'
import {defaultProxyConfiguration} from '../src/node/proxy/configuration.ts'
import {createProxyLoop} from '../src/node/proxy-loop.ts'
import {type EndpointSlice, serviceNameLabel} from '../src/objects/endpoint-slice.ts'
import type {Service} from '../src/objects/service.ts'
import {plotOf} from './_plot.ts'
import {markdown, median} from './timing.ts'

type Mode = 'iptables' | 'nftables' | 'ipvs'
type Measured = {readonly mode: Mode; readonly count: number} & Record<
  'full' | 'bareFull' | 'change' | 'bareChange' | 'connect',
  number
>

const podNetwork = parseNetwork('10.244.0.0/16')
const serviceRange = parseNetwork('10.96.0.0/12')
const [countsGiven = '10,100,1000,3000,10000', ...rest] = process.argv.slice(2)
const plot = rest.find(word => word.endsWith('.svg'))
const modes = (rest.find(word => word !== plot) ?? 'iptables,nftables').split(',') as Mode[]
if (process.env.PODLAB_BENCH_INSIDE === undefined) {
  const sandbox = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc']
  const {status} = spawnSync('unshare', [...sandbox, process.execPath, ...process.argv.slice(1)], {
    stdio: 'inherit',
    env: {...process.env, PODLAB_BENCH_INSIDE: 'yes'},
  })
  process.exit(status ?? 1)
}

execFileSync('mount', ['--make-rprivate', '/'])
execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', '/run'])
mkdirSync('/run/netns')
const written: {readonly argv: readonly string[]; readonly input: string}[] = []
const plain = nsenterRun()
const run: Run = question => {
  if (question.input !== undefined) written.push({argv: question.argv, input: question.input})
  return plain(question)
}
const kernel = linuxKernel({run})
await makePod()

const all: Measured[] = []
for (const count of countsGiven.split(',').map(Number))
  for (const mode of modes) {
    const measured = await measure(mode, count)
    all.push(measured)
    process.stderr.write(`${JSON.stringify(measured)} load ${loadavg()[0]?.toFixed(1)}\n`)
  }
process.stdout.write(`load ${loadavg().map(load => load.toFixed(1))}\n\n${table(all)}`)
if (plot !== undefined) writeFileSync(plot, plotOf(linesOf(all)))
process.exit(0)

async function measure(mode: Mode, count: number): Promise<Measured> {
  const [ours, bare] = [`ours-${mode}-${count}`, `bare-${mode}-${count}`]
  await makeNode(ours)
  await kernel.create(bare)
  const log = {info() {}, warn() {}, error() {}} as never
  const node = () => ({nodeName: 'node1', nodeIp: parseIp('10.200.0.1'), serviceRange})
  const loop = createProxyLoop({netns: ours, kernel, node, log})
  const services = Array.from({length: count}, (_, index) => service(index, count))
  let slices: readonly EndpointSlice[] = services.map((_, index) => sliceOf(index, count, 3))
  const configuration = {...defaultProxyConfiguration, mode, clusterCIDR: podNetwork}
  const sync = async () => {
    written.length = 0
    const spent = await time(() => loop.sync(services, slices, configuration))
    const texts = [...written]
    return {spent, bare: await time(() => replay(bare, texts))}
  }
  const full = await sync()
  const changes: Awaited<ReturnType<typeof sync>>[] = []
  for (let round = 0; round < 5 && count > 1; round++) {
    const at = Math.floor((count * (round + 1)) / 7)
    slices = slices.with(at, sliceOf(at, count, 2))
    changes.push(await sync())
  }
  const connect = await connectTime(ours, nth(serviceRange, count + 9))
  await removeNode(ours)
  await kernel.remove(bare)
  return {
    ...{mode, count, full: full.spent, bareFull: full.bare, connect},
    change: median(changes.map(({spent}) => spent)),
    bareChange: median(changes.map(one => one.bare)),
  }
}

async function replay(netns: string, texts: typeof written): Promise<void> {
  for (const {argv, input} of texts) {
    const {code, stderr} = await plain({netns, argv: argv as [string, ...string[]], input})
    if (code !== 0) throw new Error(`${argv.join(' ')}: ${stderr}`)
  }
}

async function time(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

/** The one pod that there is, and the server in it. */
async function makePod(): Promise<void> {
  await kernel.create('pod')
  const server = `require('node:net').createServer(socket => socket.on('error', () => {}).end()).listen(8080, () => console.log('there'))`
  const child = spawn('nsenter', ['--net=/run/netns/pod', process.execPath, '-e', server], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
}

async function makeNode(netns: string): Promise<void> {
  await kernel.create(netns)
  const words = (line: string) => execFileSync('ip', line.split(' '))
  words(`-n ${netns} link add pod0 type veth peer name eth0 netns pod`)
  for (const [name, link, address] of [
    [netns, 'pod0', '10.200.0.1/24'],
    ['pod', 'eth0', '10.200.0.2/24'],
  ]) {
    words(`-n ${name} address add ${address} dev ${link}`)
    words(`-n ${name} link set ${link} up`)
    words(`-n ${name} link set lo up`)
  }
  words(`-n ${netns} route add default via 10.200.0.2`)
}

async function removeNode(netns: string): Promise<void> {
  execFileSync('ip', ['-n', netns, 'link', 'delete', 'pod0'])
  await kernel.remove(netns)
}

/** In microseconds. */
async function connectTime(netns: string, ip: string): Promise<number> {
  const program = join(import.meta.dirname, '_connect.ts')
  const {stdout} = await plain({netns, argv: [process.execPath, '--no-warnings', program, ip, '80', '300']})
  return Number(stdout)
}

function service(index: number, count: number): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {namespace: 'default', name: nameOf(index, count)},
    spec: {clusterIP: nth(serviceRange, index + 10), ports: [{name: 'http', port: 80, targetPort: 8080}]},
  }
}

/** The last Service's endpoints are the pod that there is. */
function sliceOf(index: number, count: number, endpoints: number): EndpointSlice {
  const ips = Array.from({length: endpoints}, (_, number) => nth(podNetwork, index * 3 + number + 2))
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      ...{namespace: 'default', name: `${nameOf(index, count)}-x`},
      labels: {[serviceNameLabel]: nameOf(index, count)},
    },
    addressType: 'IPv4',
    endpoints: (index === count - 1 ? [parseIp('10.200.0.2')] : ips).map(ip => ({addresses: [ip]})),
    ports: [{name: 'http', port: 8080, protocol: 'TCP'}],
  }
}

/** kube-proxy writes Services in the order of their names. */
function nameOf(index: number, count: number): string {
  return `service-${String(index).padStart(String(count).length, '0')}`
}

function table(rows: readonly Measured[]): string {
  const ms = (value: number) => `${value.toFixed(0)} ms`
  return markdown([
    [
      'Services',
      'mode',
      'full sync',
      'a Service',
      'tool alone',
      'ratio',
      'one endpoint',
      'tool alone',
      'ratio',
      'first packet',
    ],
    ...rows.map(({mode, count, full, bareFull, change, bareChange, connect}) => [
      ...[String(count), mode, ms(full), `${(full / count).toFixed(2)} ms`, ms(bareFull), (full / bareFull).toFixed(2)],
      ...[ms(change), ms(bareChange), (change / bareChange).toFixed(2), `${connect.toFixed(0)} µs`],
    ]),
  ])
}

function linesOf(rows: readonly Measured[]) {
  return modes.map(mode => ({
    name: mode,
    points: rows.filter(row => row.mode === mode).map(({count, connect}) => ({x: count, y: connect})),
  }))
}
