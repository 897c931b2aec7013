import test from 'ava'
import {coalesce} from '../../src/node/coalesce.ts'

/** A work that is done as often as it is let through. */
function gate() {
  const turns: (() => void)[] = []
  let done = 0
  const work = () => new Promise<void>(resolve => turns.push(resolve)).then(() => void done++)
  return {
    work,
    pass: async () => {
      turns.shift()?.()
      await new Promise(setImmediate)
    },
    waiting: () => turns.length,
    done: () => done,
  }
}

const never = (error: unknown) => {
  throw error
}

test('calls that come while the work is being done are answered together by doing it once more', async t => {
  const {work, pass, waiting, done} = gate()
  const {trigger, idle} = coalesce(work, never)
  trigger()
  await Promise.resolve()
  for (let call = 0; call < 5; call++) trigger()
  t.is(waiting(), 1, 'never twice at the same time')
  await pass()
  await pass()
  await idle()
  t.is(done(), 2)
})

test('calls of one moment are one', async t => {
  const {work, pass, done} = gate()
  const {trigger, idle} = coalesce(work, never)
  trigger()
  trigger()
  await Promise.resolve()
  await pass()
  await idle()
  t.is(done(), 1)
})

test('nothing called for is idle', async t => {
  await t.notThrowsAsync(coalesce(async () => undefined, never).idle())
})

test('idle waits for what is called for meanwhile', async t => {
  let runs = 0
  const {trigger, idle} = coalesce(async () => {
    if (++runs < 3) trigger()
  }, never)
  trigger()
  await idle()
  t.is(runs, 3)
})

test('an error is told, is trouble until the work succeeds, and the next call tries again', async t => {
  const told: unknown[] = []
  const results = [new Error('Device or resource busy'), undefined]
  const {trigger, idle, trouble} = coalesce(
    async () => {
      const error = results.shift()
      if (error) throw error
    },
    error => told.push(error),
  )
  trigger()
  await idle()
  t.is(String(told[0]), 'Error: Device or resource busy')
  t.is(trouble(), 'Device or resource busy')
  trigger()
  await idle()
  t.is(trouble(), undefined)
  t.is(told.length, 1)
})

test('a work that throws before it waits is no different', async t => {
  const told: unknown[] = []
  const {trigger, idle} = coalesce(
    () => {
      throw new Error('at once')
    },
    error => told.push(error),
  )
  trigger()
  await idle()
  t.is(told.length, 1)
})
