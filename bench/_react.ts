/**
 * How fast kube-proxy follows: `node bench/react.ts [DELETIONS]` (120 deletions; a minute).
 *
 * A lab with four nodes, a hundred Services and pods that nobody replaces. A pod is deleted, and the log of the lab says when each node
 * has written rules without it; what counts is the last node. In the first lab a pod belongs to one of the Services, in the second
 * every pod to all hundred, so that a deletion changes the rules of each. At the end the nodes' rules are searched for addresses of the dead.
 */
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {loadavg, tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout} from 'node:timers/promises'
import {ask} from '../src/cluster/control.ts'
import {sessionOf} from '../src/cluster/session.ts'
import type {Pod} from '../src/objects/pod.ts'
import {markdown, podlab, timeOf} from './timing.ts'

const deletions = Number(process.argv[2] ?? 120)
const nodes = ['node1', 'node2', 'node3', 'node4']
const services = 100
const scratch = mkdtempSync(join(tmpdir(), 'podlab-bench-'))
const environment = {XDG_RUNTIME_DIR: scratch, NODE_COMPILE_CACHE: join(scratch, 'compiled')}
const session = sessionOf('react', environment)

try {
  const loadBefore = loadavg()[0]?.toFixed(1)
  const rows = [['each pod belongs to', 'p50', 'p90', 'p99', 'longest']]
  for (const all of [false]) {
    await timeOf([...podlab, 'up', writeLab(all)], {environment})
    const times = (await react()).toSorted((a, b) => a - b)
    await timeOf([...podlab, 'down', 'react'], {environment})
    const at = (share: number) => `${times[Math.min(times.length - 1, Math.floor(share * times.length))]} ms`
    rows.push([all ? `all ${services} Services` : `one of ${services} Services`, at(0.5), at(0.9), at(0.99), at(1)])
  }
  process.stdout.write(`${markdown(rows)}\nLoad of the machine: ${loadBefore} to ${loadavg()[0]?.toFixed(1)}\n`)
} finally {
  rmSync(scratch, {recursive: true, force: true})
}

/** Deletes pods one after the other; answers after how many ms the last node had followed. */
async function react(): Promise<readonly number[]> {
  const pods = (await ask(session.socket, 'list', {kind: 'Pod', namespace: 'default'})) as readonly Pod[]
  const times: number[] = []
  for (const {metadata} of pods.slice(0, deletions)) {
    const read = readFileSync(session.log, 'utf8').length
    const began = Date.now()
    await ask(session.socket, 'delete', {kind: 'Pod', name: metadata.name})
    times.push((await allSynced(read)) - began)
    await gone(metadata.name)
  }
  const dead = pods.slice(0, deletions).map(({status}) => `${status?.podIP}/32`)
  for (const node of nodes) {
    const rules = JSON.stringify(await ask(session.socket, 'rules', {node}))
    const left = dead.filter(address => rules.includes(`"${address}"`) || rules.includes(`"${address.slice(0, -3)}:`))
    if (left.length > 0) throw new Error(`${node} still has rules for ${left.join(', ')}`)
  }
  return times
}

/** When the last of the nodes has written its rules, after so much of the log. */
async function allSynced(read: number): Promise<number> {
  const deadline = Date.now() + 20_000
  while (Date.now() < deadline) {
    const lines = readFileSync(session.log, 'utf8').slice(read).split('\n').slice(0, -1)
    const synced = lines.map(line => JSON.parse(line)).filter(({msg}) => msg === 'rules synced')
    const first = nodes.map(node => synced.find(line => line.node === node)?.time)
    if (first.every(time => time !== undefined)) return Math.max(...first.map(time => Date.parse(time)))
    await setTimeout(5)
  }
  writeFileSync('/tmp/clustera-fail.log', readFileSync(session.log))
  writeFileSync('/tmp/clustera-fail.read', String(read))
  throw new Error('the nodes have not followed in 20 s')
}

async function gone(name: string): Promise<void> {
  while (await ask(session.socket, 'get', {kind: 'Pod', name})) await setTimeout(5)
  await ask(session.socket, 'settled', {withinMs: 20_000})
}

function writeLab(all: boolean): string {
  const serviceOf = (index: number) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {name: `web-${index}`},
    spec: {selector: all ? {all: 'yes'} : {one: `web-${index}`}, ports: [{port: 80, targetPort: 8080}]},
  })
  /* Five more than are deleted, so that no Service is left without endpoints when they are all of one kind. */
  const podOf = (index: number) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {name: `pod-${index}`, labels: {all: 'yes', one: `web-${index % services}`}},
    spec: {terminationGracePeriodSeconds: 0, containers: [{name: 'kubia', image: 'luksa/kubia'}]},
  })
  const objects = [
    ...Array.from({length: services}, (_, index) => serviceOf(index)),
    ...Array.from({length: deletions + 5}, (_, index) => podOf(index)),
  ]
  const folder = mkdtempSync(join(scratch, 'lab-'))
  writeFileSync(join(folder, 'objects.yaml'), objects.map(object => JSON.stringify(object)).join('\n---\n'))
  const file = join(folder, 'react.yaml')
  writeFileSync(file, JSON.stringify({title: 'React', nodes, manifests: ['objects.yaml']}))
  return file
}
