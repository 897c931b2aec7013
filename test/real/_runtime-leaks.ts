import {setTimeout} from 'node:timers/promises'
import {isDeepStrictEqual} from 'node:util'
import type {TestFn} from 'ava'
import {podIn, type WatchedRuntime} from './_watched-runtime.ts'

/** To be run alone, in a sandbox where nothing else happens. */
export function leakTests(test: TestFn, runtime: WatchedRuntime): void {
  test('fifty pods that came and went, good ones and bad ones, leave nothing behind', async t => {
    const cycle = async (index: number) => {
      const name = `pod-${index}`
      const pod = await podIn(runtime, name)
      const sleep = await pod.start({root: index % 2 === 0 ? 'host' : 'busybox'})
      const kubia = await pod.start({root: 'host', argv: ['node', 'app.js'], played: 'kubia'})
      await t.throwsAsync(pod.start({argv: ['no-such-program']}))
      await t.throwsAsync(pod.start({root: 'host', argv: ['node', 'app.js'], played: 'kubia'}))
      for (const {id} of [sleep, kubia]) {
        await runtime.end(id, 'SIGKILL')
        await runtime.ended(id)
        await runtime.remove(id)
      }
      await runtime.release(name)
    }
    for (let index = 0; index < 5; index++) await cycle(index) // what is made once, is made
    const before = await settled(() => runtime.residue())
    for (let index = 5; index < 55; index++) await cycle(index)
    t.deepEqual(await settled(() => runtime.residue()), before)
    t.deepEqual(before.netns, [])
    t.is(before.namespaces, 1, 'the worker thread is at home')
  })
}

/* What a moment ago ended may still be there, or be looked at. */
async function settled<T>(look: () => Promise<T>): Promise<T> {
  let seen = await look()
  for (let same = 0; same < 10; ) {
    await setTimeout(50)
    const next = await look()
    same = isDeepStrictEqual(next, seen) ? same + 1 : 0
    seen = next
  }
  return seen
}
