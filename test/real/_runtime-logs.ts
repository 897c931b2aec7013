import type {TestFn} from 'ava'
import type {LogQuestion} from '../../src/node/runtime/read-log.ts'
import {podIn, type WatchedRuntime} from './_watched-runtime.ts'

/** What is kept of what a container prints. */
export function logTests(test: TestFn, runtime: WatchedRuntime): void {
  test('what a container prints is in the log of its life, and the life before keeps its own', async t => {
    const pod = await podIn(runtime, 'log')
    const {id} = await pod.start({argv: ['sh', '-c', 'echo out; echo err >&2']})
    t.is(await runtime.ended(id), 0)
    t.is(await runtime.printed(id), 'out\nerr\n')
    const again = await pod.start({id, argv: ['sh', '-c', 'for i in 1 2 3; do echo $i; done; sleep 100']})
    const read = (which: 'present' | 'previous', from: LogQuestion['from'] = {}, waitMs = 0) =>
      runtime.log({id, which, from, waitMs})
    t.like(await read('previous'), {bytes: 'out\nerr\n', over: true})
    for (let at = 0; at < 6; ) at = (await read('present', {life: 1, at}, 10_000))?.next.at ?? t.fail() ?? 6
    t.like(await read('present', {tail: 2}), {bytes: '2\n3\n', next: {life: 1, at: 6}, over: false})
    const more = read('present', {life: 1, at: 6}, 10_000)
    await again.sh('echo 4 > /proc/1/fd/1')
    t.like(await more, {bytes: '4\n', next: {life: 1, at: 8}})
    t.like(await read('present', {since: Date.now() + 1000}), {bytes: ''})
    await runtime.remove(id)
    t.is(await runtime.printed(id), undefined)
  })

  test('what is printed by the name of standard output follows the rest, however often and however long', async t => {
    const pod = await podIn(runtime, 'named-log')
    const line = 'echo 1; for i in 2 3 4; do echo $i > /dev/stdout; done; echo fifth > /dev/stderr; echo last'
    const {id} = await pod.start({argv: ['sh', '-c', line]})
    t.is(await runtime.ended(id), 0)
    t.is(await runtime.printed(id), '1\n2\n3\n4\nfifth\nlast\n')
    t.like(await runtime.log({id, which: 'present', from: {since: Date.now() + 1000}, waitMs: 0}), {bytes: ''})
  })

  test('who does not wait gets what had been printed when he asked, of a program that never stops', async t => {
    const pod = await podIn(runtime, 'busy-log')
    const {id} = await pod.start({argv: ['yes', 'podlab']})
    await runtime.log({id, which: 'present', from: {}, waitMs: 10_000})
    let answer = await runtime.log({id, which: 'present', from: {tail: 2}, waitMs: 0})
    t.regex(answer?.bytes ?? '', /^podlab\n[podlab]+\n?$/, 'two lines, the last of them as far as it had come')
    t.like(await runtime.log({id, which: 'present', from: answer?.next ?? {}, waitMs: 0}), {bytes: '', over: false})
    answer = await runtime.log({id, which: 'present', from: {}, waitMs: 0})
    for (let pieces = 0; answer?.bytes; pieces++) {
      t.true(pieces < 20, 'a log is no longer than 11 MB')
      answer = await runtime.log({id, which: 'present', from: answer.next, waitMs: 0})
    }
    const more = await runtime.log({id, which: 'present', from: answer?.next ?? {}, waitMs: 10_000})
    t.regex(more?.bytes ?? '', /^[podlab\n]+$/)
    await runtime.end(id, 'SIGKILL')
  })

  test('of a log of 100 MB the end is kept, and no more', async t => {
    const pod = await podIn(runtime, 'long-log')
    const {id} = await pod.start({argv: ['sh', '-c', 'yes podlab-podlab | head -c 100000000; echo; echo last']})
    t.is(await runtime.ended(id), 0)
    t.like(await runtime.log({id, which: 'present', from: {tail: 1}, waitMs: 0}), {bytes: 'last\n', over: true})
    const count = await pod.start({argv: ['sleep', '100']})
    let [kept, from]: [number, LogQuestion['from']] = [0, {}]
    for (;;) {
      const answer = await runtime.log({id, which: 'present', from, waitMs: 0})
      if (!answer?.bytes) break
      kept += answer.bytes.length
      from = answer.next
    }
    t.true(kept > 10_000_000 && kept < 12 * 2 ** 20, `${kept} bytes`)
    t.deepEqual(from, {life: 0, at: 100_000_006, end: 100_000_006})
    await runtime.remove(id)
    await runtime.end(count.id, 'SIGKILL')
  })
}
