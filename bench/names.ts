/**
 * How long it takes until a new Service's name resolves: `node bench/names.ts [SERVICES]` (100 Services, half a minute; the target is 50 ms, p99).
 *
 * From the moment at which the Service is sent to the API to the answer that a pod gets from kube-dns, by kube-proxy's rules; the pod asks once in a
 * millisecond. Beside it the same in a lab that has a thousand Services already.
 */
import {type ChildProcess, spawn} from 'node:child_process'
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {loadavg, tmpdir} from 'node:os'
import {join} from 'node:path'
import {createInterface} from 'node:readline'
import type {Readable, Writable} from 'node:stream'
import {ask} from '../src/cluster/control.ts'
import {findNetworkOwner} from '../src/cluster/find-network.ts'
import {readState, sessionOf} from '../src/cluster/session.ts'
import {markdown, podlab, timeOf} from './timing.ts'

const services = Number(process.argv[2] ?? 100)
const home = join(import.meta.dirname, '..')
const scratch = mkdtempSync(join(tmpdir(), 'podlab-bench-'))
const environment = {XDG_RUNTIME_DIR: scratch, NODE_COMPILE_CACHE: join(scratch, 'compiled')}
process.env.XDG_RUNTIME_DIR = scratch
const session = sessionOf('names', environment)

try {
  const before = loadavg()[0]?.toFixed(1)
  const rows = [['Services before', 'p50', 'p90', 'p99', 'longest']]
  for (const others of [0, 1000]) {
    await timeOf([...podlab, 'up', writeLab(others)], {environment})
    const times = (await measure()).toSorted((a, b) => a - b)
    await timeOf([...podlab, 'down', 'names'], {environment})
    const at = (share: number) =>
      `${times[Math.min(times.length - 1, Math.floor(share * times.length))]?.toFixed(1)} ms`
    rows.push([`${others}`, at(0.5), at(0.9), at(0.99), at(1)])
  }
  process.stdout.write(`${markdown(rows)}\nLoad of the machine: ${before} to ${loadavg()[0]?.toFixed(1)}\n`)
} finally {
  rmSync(scratch, {recursive: true, force: true})
}

async function measure(): Promise<readonly number[]> {
  const state = readState(session)
  if (!state) throw new Error('the lab is not up')
  const owner = await findNetworkOwner({session, state}, 'pod/client')
  const user = state.rootless ? ['--user', '--preserve-credentials'] : []
  const words = [`--target=${owner}`, ...user, '--net', '--', process.execPath, join(home, 'bench/_name-prober.ts')]
  const prober: ChildProcess = spawn('nsenter', [...words, '10.96.0.10'], {stdio: ['pipe', 'pipe', 'inherit']})
  const [input, output] = [prober.stdin as Writable, prober.stdout as Readable]
  const answers = createInterface({input: output})[Symbol.asyncIterator]()
  const resolved = async (name: string) => {
    input.write(`${name}.default.svc.cluster.local\n`)
    return async () => Number((await answers.next()).value)
  }
  await (await resolved('kubernetes'))() // it has started
  const times: number[] = []
  for (let index = 0; index < services; index++) {
    const seen = await resolved(`fresh-${index}`)
    const began = performance.timeOrigin + performance.now()
    await ask(session.socket, 'apply', {objects: [serviceOf(`fresh-${index}`)]})
    times.push((await seen()) - began)
    await ask(session.socket, 'settled', {withinMs: 20_000}) // the next one finds the nodes at rest
  }
  input.end()
  return times
}

function serviceOf(name: string) {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {name, namespace: 'default'},
    spec: {ports: [{port: 80}], selector: {app: name}},
  } as never
}

function writeLab(others: number): string {
  const client = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {name: 'client'},
    spec: {containers: [{name: 'main', image: 'curlimages/curl', command: ['sleep', 'infinity']}]},
  }
  const manifests = [client, ...Array.from({length: others}, (_, index) => serviceOf(`other-${index}`))]
  const folder = join(scratch, 'names')
  mkdirSync(folder, {recursive: true})
  writeFileSync(join(folder, 'lab.yaml'), JSON.stringify({nodes: ['master', 'node1'], manifests}))
  return folder
}
