import {setTimeout as sleep} from 'node:timers/promises'
import test from 'ava'
import type {Limits} from '../../src/exercise/command.ts'
import {machineTime} from '../../src/exercise/time.ts'
import {tryUntil, watchUntil} from '../../src/exercise/until.ts'
import {during, fakeLab, fakeTime, pod} from './_fake-lab.ts'

const verdict = (pass: boolean) => ({pass, expected: 'a', seen: 'b', command: 'c'})
const bounds = {lab: fakeLab(), within: 5000, expected: 'a', command: () => 'c'}

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
  const limits: number[] = []
  const starts: number[] = []
  const attempt = async ({timeoutMs}: Limits) => {
    limits.push(timeoutMs)
    starts.push(time.now())
    return verdict(false)
  }
  t.false((await tryUntil(attempt, {...during(time), ...bounds})).pass)
  t.is(time.now(), 5000)
  t.is(starts.at(-1), 5000)
  t.is(limits[0], 3000, 'no program runs longer than 3 s')
  t.is(limits.at(-1), 500)
})

test('an attempt that takes too long is given up at the deadline, and what it started is told', async t => {
  const time = fakeTime()
  let told = false
  const attempt = async ({signal}: Limits) => {
    signal.addEventListener('abort', () => {
      told = true
    })
    await time.pause(60_000, signal)
    return verdict(true)
  }
  t.like(await tryUntil(attempt, {...during(time), ...bounds}), {
    pass: false,
    seen: 'no result within 5.0 s',
    attempts: 1,
  })
  t.is(time.now(), 5000)
  t.true(told)
})

test('when the last attempt is given up, the one before it tells what was seen', async t => {
  const time = fakeTime()
  let tries = 0
  const attempt = async ({signal}: Limits) => {
    if (++tries === 2) await time.pause(60_000, signal)
    return verdict(false)
  }
  t.like(await tryUntil(attempt, {...during(time), ...bounds}), {pass: false, seen: 'b', attempts: 2})
  t.is(time.now(), 5000)
})

test('a deadline that is nearly over leaves an attempt half a second', async t => {
  const time = fakeTime()
  const attempt = async ({signal}: Limits) => {
    await time.pause(400, signal)
    return verdict(true)
  }
  t.true((await tryUntil(attempt, {...during(time), ...bounds, within: 10})).pass)
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

test('with ten times the patience a program may run ten times as long', async t => {
  const limits: number[] = []
  const attempt = async ({timeoutMs}: Limits) => {
    limits.push(timeoutMs)
    return verdict(false)
  }
  await tryUntil(attempt, {...during(fakeTime()), ...bounds, within: 50_000, patience: 10})
  t.deepEqual([limits[0], limits.at(-1)], [30_000, 5000])
})
