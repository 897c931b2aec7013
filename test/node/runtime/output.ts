import {closeSync, openSync, writeSync} from 'node:fs'
import {setImmediate} from 'node:timers/promises'
import test from 'ava'
import type {Namespaces} from '../../../src/kernel/namespaces.ts'
import {loadSyscalls} from '../../../src/kernel/syscalls.ts'
import {openOutput} from '../../../src/node/runtime/output.ts'

const namespaces = {syscalls: loadSyscalls()} as Namespaces

/** An output, and what is heard of it. */
function heardFrom() {
  const heard: string[] = []
  return {heard, output: openOutput(namespaces, bytes => void heard.push(`${bytes}`))}
}

test.serial('all that was printed is heard when the process has ended, and nobody is waited for', async t => {
  const {heard, output} = heardFrom()
  writeSync(output.theirs, 'one\ntwo\n')
  output.closeTheirs()
  await output.over()
  t.is(heard.join(''), 'one\ntwo\n')
  output.close()
})

test.serial(
  'what was printed is heard, though another process keeps the pipe and this thread was busy for longer than it waits',
  async t => {
    const {heard, output} = heardFrom()
    const elsewhere = openSync(`/proc/self/fd/${output.theirs}`, 'w')
    writeSync(output.theirs, 'printed\n')
    output.closeTheirs()
    await setImmediate()
    heard.length = 0
    writeSync(elsewhere, 'at last\n')
    const over = output.over()
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 700)
    await over
    t.is(heard.join(''), 'at last\n')
    closeSync(elsewhere)
    output.close()
  },
)
