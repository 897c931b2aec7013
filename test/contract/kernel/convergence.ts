import {deepStrictEqual as deepEqual} from 'node:assert/strict'
import type {TestFn} from 'ava'
import fc from 'fast-check'
import {diff} from '../../../src/kernel/diff.ts'
import type {Kernel} from '../../../src/kernel/kernel.ts'
import type {NetnsState} from '../../../src/kernel/state.ts'
import {loopback} from './links.ts'
import {anyState, sysctlNames} from './states.ts'

const [here, there] = ['here', 'there']

/** `diff`, applied, leaves nothing to do; whatever was there before. */
export function convergence(test: TestFn, kernel: Kernel, runs: number): void {
  test('from any state to any state, nothing is left to do afterwards', async t => {
    const states = fc.array(anyState({here, there}), {minLength: 2, maxLength: 3})
    /* On a busy machine one walk may take as long as all: then it is the only one. */
    const enough = AbortSignal.timeout(20_000)
    let walked = 0
    const property = fc.asyncProperty(states, async states => {
      if (walked > 0 && enough.aborted) return
      await walk(kernel, states)
      walked++
    })
    await t.notThrowsAsync(fc.assert(property, {numRuns: runs}))
  })
}

async function walk(kernel: Kernel, states: readonly NetnsState[]): Promise<void> {
  await kernel.create(here)
  await kernel.create(there)
  try {
    for (const wanted of states) await converge(kernel, wanted)
  } finally {
    await kernel.remove(here)
    deepEqual((await kernel.observe(there)).links, [{...loopback, up: false}])
    await kernel.remove(there)
  }
}

async function converge(kernel: Kernel, wanted: NetnsState): Promise<void> {
  const left = async () => diff(await kernel.observe(here, sysctlNames), wanted)
  const ops = await left()
  await kernel.apply(here, ops)
  deepEqual(await left(), [], 'applied once')
  await kernel.apply(here, ops)
  deepEqual(await left(), [], 'applied twice')
}
