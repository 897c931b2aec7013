/**
 * A lab as it grows: `node bench/scale.ts [RUNS]` (as root, 3 runs for the comparison; two minutes).
 *
 * First a hundred pods on four nodes, from the command to all Ready, in turns with Mininet (Debian's package) that brings up as many
 * hosts at one Linux bridge, in namespaces of its own; Mininet's time is its own, without Python's start, podlab's is that of the whole
 * command. Then 100, 300 and 1,000 pods on ten nodes, once each: what a pod takes (the lab without pods is taken off), in time and
 * in memory, whether every pod reaches its gateway and a Service with a hundred endpoints, and how long after SIGKILL of the daemon
 * its last process is gone.
 */
import {spawnSync} from 'node:child_process'
import {existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {loadavg, tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout} from 'node:timers/promises'
import {ask} from '../src/cluster/control.ts'
import {readState, sessionOf} from '../src/cluster/session.ts'
import type {Pod} from '../src/objects/pod.ts'
import {type Reach, reachOf} from './reach.ts'
import {markdown, median, podlab, timeOf} from './timing.ts'

const runs = Number(process.argv[2] ?? 3)
const counts = [100, 300, 1000]
const scratch = mkdtempSync(join(tmpdir(), 'podlab-bench-'))
const environment = {XDG_RUNTIME_DIR: scratch, NODE_COMPILE_CACHE: join(scratch, 'compiled')}
const session = sessionOf('scale', environment)
const service = '10.96.0.100'
/* Debian's Python has Debian's Mininet; another one that comes first on the PATH has not. */
const python = '/usr/bin/python3'

try {
  process.stdout.write(`Load of the machine: ${loadavg()[0]?.toFixed(1)}\n\n${await besideMininet(100)}\n`)
  process.stdout.write(`${await growing()}\nLoad of the machine: ${loadavg()[0]?.toFixed(1)}\n`)
} finally {
  spawnSync(podlab[0] ?? '', [...podlab.slice(1), 'down', 'scale'], {env: {...process.env, ...environment}})
  rmSync(scratch, {recursive: true, force: true})
}

async function besideMininet(pods: number): Promise<string> {
  const lab = writeLab({nodes: 4, pods})
  const empty = writeLab({nodes: 4, pods: 0})
  const all: {podlab: number; empty: number; mininet: number}[] = []
  const refused = whyNoMininet()
  await upAndDown(lab) // Node keeps what it compiled
  for (let run = 0; run < runs; run++)
    all.push({podlab: await upAndDown(lab), empty: await upAndDown(empty), mininet: refused ? 0 : mininet(pods)})
  const middle = (name: 'podlab' | 'empty' | 'mininet') => median(all.map(times => times[name]))
  const [ours, none, theirs] = [middle('podlab'), middle('empty'), middle('mininet')]
  const against = (value: number) => (refused ? '-' : (value / theirs).toFixed(2))
  return markdown([
    [`${pods} on`, 'up', 'ms each', 'ratio'],
    ['four nodes of podlab, the whole command', ms(ours), (ours / pods).toFixed(1), against(ours)],
    ['the same, less a lab without pods', ms(ours - none), ((ours - none) / pods).toFixed(1), against(ours - none)],
    ["Mininet's Linux bridge", refused ?? ms(theirs), refused ? '-' : (theirs / pods).toFixed(1), '1'],
  ])
}

async function upAndDown(lab: string): Promise<number> {
  const {untilEnd} = await timeOf([...podlab, 'up', lab], {environment})
  await timeOf([...podlab, 'down', 'scale'], {environment})
  return untilEnd
}

function whyNoMininet(): string | undefined {
  if (process.getuid?.() !== 0) return 'Mininet wants root'
  return spawnSync(python, ['-c', 'import mininet']).status === 0 ? undefined : 'the package mininet is not installed'
}

function mininet(hosts: number): number {
  const own = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '--uts', '--ipc']
  const script = join(import.meta.dirname, 'mininet-hosts.py')
  const {stdout, stderr} = spawnSync('unshare', [...own, python, script, `${hosts}`], {
    env: {PATH: '/usr/sbin:/usr/bin:/sbin:/bin'},
    encoding: 'utf8',
  })
  const said = /up after (\d+) ms/.exec(stdout)?.[1]
  if (said === undefined) throw new Error(`Mininet said nothing of its time: ${stderr}`)
  return Number(said)
}

async function growing(): Promise<string> {
  const none = await grown(0)
  const rows = [
    [
      'pods',
      '`podlab up`',
      'ms a pod',
      'memory a pod',
      'of it slab',
      'reach gateway',
      'reach Service',
      'gone after SIGKILL',
    ],
  ]
  for (const pods of counts) {
    const {up, memory, slab, reach, gone} = await grown(pods)
    const each = (value: number) => `${(value / pods / 1024).toFixed(2)} MB`
    rows.push([
      ...[`${pods}`, ms(up), ((up - none.up) / pods).toFixed(1), each(memory - none.memory), each(slab - none.slab)],
      ...[`${reach.gateway} of ${reach.asked}`, `${reach.service} of ${reach.asked}`, ms(gone)],
    ])
  }
  return `${markdown(rows)}\nWithout pods: ${ms(none.up)}, and ${(none.memory / 1024).toFixed(0)} MB.\n`
}

/** Brings up so many pods on ten nodes, looks at them, and kills the daemon. Memory is in KiB. */
async function grown(pods: number): Promise<{up: number; memory: number; slab: number; reach: Reach; gone: number}> {
  const before = memory()
  const {untilEnd: up} = await timeOf([...podlab, 'up', writeLab({nodes: 10, pods})], {environment})
  await setTimeout(1000) // until what is only freed late has been freed
  const after = memory()
  const daemonPid = readState(session)?.pid ?? 0
  const all = (await ask(session.socket, 'list', {kind: 'Pod', namespace: 'default'})) as readonly Pod[]
  const places = all.map(({metadata, status}) => ({
    uid: `${metadata.uid}`,
    ip: `${status?.podIP}`,
  }))
  const reach = await reachOf(places, {daemonPid, service})
  const gone = await killed(daemonPid)
  await timeOf([...podlab, 'down', 'scale'], {environment}) // what was done in a lab that ended so is kept
  await setTimeout(2000) // namespaces are taken apart after their last process
  return {up, memory: before.available - after.available, slab: after.slab - before.slab, reach, gone}
}

/** Kills a process; answers after how many ms it and all that descend from it are gone. */
async function killed(pid: number): Promise<number> {
  const family = descendants(pid)
  const began = performance.now()
  process.kill(pid, 'SIGKILL')
  while (family.some(member => existsSync(`/proc/${member}`))) await setTimeout(5)
  return performance.now() - began
}

function descendants(pid: number): readonly number[] {
  const parents = new Map<number, number[]>()
  for (const name of readdirSync('/proc').filter(entry => /^\d+$/.test(entry))) {
    const parent = Number(parentOf(name))
    parents.set(parent, [...(parents.get(parent) ?? []), Number(name)])
  }
  const below = (one: number): readonly number[] => [one, ...(parents.get(one) ?? []).flatMap(below)]
  return below(pid)
}

/* A process may end while it is looked at. */
function parentOf(pid: string): string | undefined {
  try {
    return /^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  } catch {
    return undefined
  }
}

/** What the machine has free for programs and what its kernel holds, in KiB. */
function memory(): {available: number; slab: number} {
  const text = readFileSync('/proc/meminfo', 'utf8')
  const value = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1])
  return {available: value('MemAvailable'), slab: value('Slab')}
}

/** A lab whose first hundred pods are the Service's endpoints. */
function writeLab({nodes, pods}: {nodes: number; pods: number}): string {
  const spec = {clusterIP: service, selector: {app: 'kubia'}, ports: [{port: 80, targetPort: 8080}]}
  const objects = [
    {apiVersion: 'v1', kind: 'Service', metadata: {name: 'kubia'}, spec},
    replicaSet('kubia', Math.min(pods, 100)),
    replicaSet('more', Math.max(pods - 100, 0)),
  ]
  const folder = mkdtempSync(join(scratch, 'lab-'))
  writeFileSync(join(folder, 'objects.yaml'), objects.map(object => JSON.stringify(object)).join('\n---\n'))
  const names = Array.from({length: nodes}, (_, index) => `node${index + 1}`)
  const file = join(folder, 'scale.yaml')
  writeFileSync(file, JSON.stringify({title: `${pods} pods`, nodes: names, manifests: ['objects.yaml']}))
  return file
}

function replicaSet(name: string, replicas: number) {
  const labels = {app: name}
  const template = {metadata: {labels}, spec: {containers: [{name: 'kubia', image: 'luksa/kubia'}]}}
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {name},
    spec: {replicas, selector: {matchLabels: labels}, template},
  }
}

function ms(value: number): string {
  return `${Math.round(value)} ms`
}
