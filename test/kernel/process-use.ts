import {spawn} from 'node:child_process'
import {once} from 'node:events'
import test from 'ava'
import {parseStat, treeUse} from '../../src/kernel/process-use.ts'

/* pid (name) state ppid ... utime stime cutime cstime priority nice threads itrealvalue starttime vsize ... */
const line = (name: string) =>
  `7 (${name}) S 1 7 7 0 -1 4194560 100 0 0 0 21 4 10 5 20 0 1 0 4711 1000 200 18446744073709551615`

for (const name of ['sh', 'a b', 'a) S 1 (b', ')', ''])
  test(`the times of a process named ${JSON.stringify(name)}`, t =>
    t.deepEqual(parseStat(line(name)), {ticks: 40, startTicks: 4711}))

test('what is no stat has no times', t => {
  for (const text of ['', '7 (sh', '7 (sh) S 1']) t.is(parseStat(text), undefined)
})

test('a process that works uses the processor and holds memory; one that has ended uses nothing', async t => {
  const busy = spawn('sh', ['-c', 'while :; do :; done'])
  const pid = busy.pid ?? 0
  const began = performance.now()
  while ((treeUse(pid)?.cpuNanoseconds ?? 0) < 5e7 && performance.now() - began < 20_000)
    await new Promise(setImmediate)
  const use = treeUse(pid)
  t.true((use?.cpuNanoseconds ?? 0) >= 5e7)
  t.true((use?.aliveNanoseconds ?? 0) >= 5e7)
  t.true((use?.memoryBytes ?? 0) > 100_000)
  busy.kill('SIGKILL')
  await once(busy, 'close')
  t.is(treeUse(pid), undefined)
})

test('what is below a process counts for it', async t => {
  const parent = spawn('sh', ['-c', 'sleep 60 & sleep 60 & wait'])
  const pid = parent.pid ?? 0
  const alone = spawn('sleep', ['60'])
  const began = performance.now()
  const enough = () => (treeUse(pid)?.memoryBytes ?? 0) > 2 * (treeUse(alone.pid ?? 0)?.memoryBytes ?? Infinity)
  while (!enough() && performance.now() - began < 20_000) await new Promise(setImmediate)
  t.true(enough())
  const [first] = [parent, alone].map(child => once(child, 'exit'))
  process.kill(alone.pid ?? 0)
  parent.kill('SIGKILL')
  await first
})
