import test from 'ava'
import {usageOf} from '../../../src/cluster/daemon/usage.ts'
import type {TreeUse} from '../../../src/kernel/process-use.ts'
import {newPodLife, type PodLife} from '../../../src/node/pods/pod-life.ts'
import {samplePod} from '../../objects/_samples.ts'

const second = 1e9

/** Node `node1` (process 10) with a pod (pause 11) whose container `kubia` is process 12, each with what it has used. */
function world() {
  const life = newPodLife(samplePod('web', {uid: 'u'}), '')
  const [named] = Object.values(life.containers)
  const running = {...named, process: {pid: 12, startedAt: '', environment: {}, workingDirectory: '/'}}
  const lives = [
    {...life, sandbox: {pausePid: 11, ip: '172.17.0.2'}, containers: {kubia: running}},
  ] as unknown as readonly PodLife[]
  const uses = new Map<number, TreeUse>()
  let now = 100 * second
  const use = (pid: number, cpuSeconds: number, aliveSeconds: number) =>
    uses.set(pid, {cpuNanoseconds: cpuSeconds * second, memoryBytes: 1000, aliveNanoseconds: aliveSeconds * second})
  const usage = usageOf({
    agents: [{name: 'node1', pid: 10, lives: () => lives}],
    measure: pid => uses.get(pid),
    now: () => now,
  })
  const pass = (seconds: number) => {
    now += seconds * second
  }
  return {usage, use, uses, pass, cores: () => (usage.container('u', 'kubia')?.cpuNanocores ?? -1) / second}
}

test('the first figure is that of the whole life, later ones those of the last seconds', t => {
  const {use, pass, cores} = world()
  use(12, 5, 50)
  t.is(cores(), 0.1)
  pass(10)
  use(12, 15, 60)
  t.is(cores(), 1)
  pass(1)
  use(12, 15, 61)
  t.is(cores().toFixed(3), '0.909')
  pass(10)
  t.is(cores(), 0)
})

test('who asks again in a moment is told the same', t => {
  const {use, cores} = world()
  use(12, 5, 50)
  t.is(cores(), 0.1)
  t.is(cores(), 0.1)
})

test('another process of the same number begins anew', t => {
  const {use, pass, cores} = world()
  use(12, 50, 50)
  cores()
  pass(20)
  use(12, 1, 2)
  t.is(cores(), 0.5)
})

test('a node uses what its pods and its own processes use', t => {
  const {usage, use} = world()
  for (const pid of [10, 11, 12]) use(pid, 10, 100)
  t.deepEqual(usage.node('node1'), {cpuNanocores: 0.3 * second, memoryBytes: 3000})
})

test('who does not run is not measured, or uses nothing', t => {
  const {usage, uses} = world()
  t.is(usage.node('node7'), undefined)
  t.is(usage.container('v', 'kubia'), undefined)
  t.is(usage.container('u', 'other'), undefined)
  uses.clear()
  t.deepEqual(usage.container('u', 'kubia'), {cpuNanocores: 0, memoryBytes: 0})
})
