import test from 'ava'
import {milestones} from '../../src/node/milestones.ts'

const {signal} = new AbortController()

test('who waits for a number is told once it is reached', async t => {
  const {reach, reached} = milestones()
  const order: string[] = []
  const three = reached(3, signal).then(() => order.push('three'))
  const five = reached(5, signal).then(() => order.push('five'))
  reach(4)
  await three
  t.deepEqual(order, ['three'])
  reach(5)
  await five
  t.deepEqual(order, ['three', 'five'])
})

test('what is reached already is not waited for', async t => {
  const {reach, reached} = milestones()
  reach(7)
  await t.notThrowsAsync(reached(7, signal))
  await t.notThrowsAsync(reached(0, signal))
})

test('a smaller number takes nothing back', async t => {
  const {reach, reached} = milestones()
  reach(7)
  reach(3)
  await t.notThrowsAsync(reached(7, signal))
})

test('waiting ends with the signal, for its reason', async t => {
  const {reach, reached} = milestones()
  const stop = new AbortController()
  const waiting = reached(1, stop.signal)
  stop.abort(new Error('enough'))
  await t.throwsAsync(waiting, {message: 'enough'})
  await t.throwsAsync(reached(1, stop.signal), {message: 'enough'})
  t.notThrows(() => reach(1))
})
