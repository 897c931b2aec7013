import {setImmediate as turn} from 'node:timers/promises'
import {printAhead} from '../kernel/print.ts'
import type {PacketOp} from './packet-plans.ts'

/**
 * Has each step made before the next, and works the next one out meanwhile: the kernel's tools are processes of their own, which take as long for a step
 * as this process takes to plan and to print one. In pauses (undefined) what a tool waits for is done: its input, and to be told that it has ended. Throws what
 * the first step that fails throws, or the planning of one; those after it are not made, and none is under way any more.
 */
export async function applyAhead(
  steps: Iterable<PacketOp | undefined>,
  make: (op: PacketOp) => Promise<void>,
): Promise<void> {
  let underWay: Promise<void> | undefined
  try {
    for (const op of steps) {
      if (op !== undefined) {
        printAhead(op)
        await underWay
        underWay = make(op)
        underWay.catch(() => {}) // it is waited for, but not at once
        for (let turns = 0; turns < untilFed; turns++) await turn()
      } else if (underWay) await turn()
    }
  } finally {
    await underWay
  }
}

/* So many turns of the event loop it takes until a program has begun and its input is in its pipe: while it waits for that, nothing is won. */
const untilFed = 6
