import {setTimeout as sleep} from 'node:timers/promises'
import test from 'ava'
import {machineTime} from '../../src/exercise/time.ts'
import {tryUntil, watchUntil} from '../../src/exercise/until.ts'
import {during, fakeLab, fakeTime, pod} from './_fake-lab.ts'

const verdict = (pass: boolean) => ({pass, expected: 'a', seen: 'b', command: 'c'})
const bounds = {lab: fakeLab(), within: 5000, expected: 'a'}

test('what passes at once is tried once, without a pause', async t => {
  const time = fakeTime()
  const {attempts} = await tryUntil(async () => verdict(true), {...during(time), ...bounds})
  t.is(attempts, 1)
  t.deepEqual(time.pauses, [])
})

test('tries go on with growing pauses until one passes', async t => {
  const time = fakeTime()
  let tries = 0
  const {pass, attempts} = await tryUntil(async () => verdict(++tries === 4), {...during(time), ...bounds})
  t.true(pass)
  t.is(attempts, 4)
  t.deepEqual(time.pauses.map(Math.round), [100, 150, 225])
})

test('tries end at the deadline, the last one right at it', async t => {
  const time = fakeTime()
  const remaining: number[] = []
  const attempt = async (left: number) => {
    remaining.push(left)
    return verdict(false)
  }
  t.false((await tryUntil(attempt, {...during(time), ...bounds})).pass)
  t.is(time.now(), 5000)
  t.is(remaining[0], 5000)
  t.is(remaining.at(-1), 0)
})

test('an attempt whose tool fails is a failed attempt; a bug is not', async t => {
  const failing = async () => {
    throw Object.assign(new Error('no pod'), {code: 'ENOTTHERE'})
  }
  t.like(await tryUntil(failing, {...during(), ...bounds}), {pass: false, seen: 'no pod'})
  const broken = async () => {
    throw new TypeError('undefined is no function')
  }
  await t.throwsAsync(tryUntil(broken, {...during(), ...bounds}), {instanceOf: TypeError})
})

test('an aborted check ends with the reason', async t => {
  const stop = new AbortController()
  const attempt = async () => {
    stop.abort(new Error('Ctrl-C'))
    return verdict(false)
  }
  await t.throwsAsync(tryUntil(attempt, {time: fakeTime(), signal: stop.signal, ...bounds}), {message: 'Ctrl-C'})
})

test('a condition is looked at again when the cluster changes, not by the clock', async t => {
  const lab = fakeLab()
  let looks = 0
  const attempt = async () => {
    looks += 1
    return verdict((await lab.list('Pod')).length === 2)
  }
  const watched = watchUntil(attempt, {time: machineTime, signal: new AbortController().signal, ...bounds, lab: lab})
  for (const name of ['a', 'b']) {
    await sleep(5)
    lab.put(pod(name))
  }
  t.true((await watched).pass)
  t.is(looks, 3)
})

test('a condition that never comes ends at the deadline', async t => {
  const time = fakeTime()
  const {pass, attempts} = await watchUntil(async () => verdict(false), {...during(time), ...bounds, lab: fakeLab()})
  t.false(pass)
  t.is(attempts, 1)
  t.is(time.now(), 5000)
})

test('waiting for a change ends when aborted', async t => {
  const stop = new AbortController()
  const watched = watchUntil(async () => verdict(false), {
    time: machineTime,
    signal: stop.signal,
    ...bounds,
    lab: fakeLab(),
  })
  setImmediate(() => stop.abort(new Error('Ctrl-C')))
  await t.throwsAsync(watched, {message: 'Ctrl-C'})
})
