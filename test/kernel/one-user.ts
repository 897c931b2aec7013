import test from 'ava'
import {filterOf, isOneUser} from '../../src/kernel/one-user.ts'

const [load, jumpIfEqual, answer] = [0x20, 0x15, 0x06]

/** Runs the filter as the kernel would, on the number of a system call and an architecture. */
function verdict(filter: Buffer, call: {number: number; architecture: number}): number {
  let value = 0
  for (let at = 0; at < filter.length; at += 8) {
    const operand = filter.readUInt32LE(at + 4)
    switch (filter.readUInt16LE(at)) {
      case load:
        value = operand === 0 ? call.number : call.architecture
        break
      case jumpIfEqual:
        at += 8 * filter.readUInt8(value === operand ? at + 2 : at + 3)
        break
      case answer:
        return operand
    }
  }
  throw new Error('the filter has no end')
}

const [allow, errorZero] = [0x7fff0000, 0x00050000]
const filter = filterOf({architecture: 7, numbers: [105, 106, 116]})

test('the calls that change the user succeed without being made', t => {
  for (const number of [105, 106, 116]) t.is(verdict(filter, {number, architecture: 7}), errorZero)
})

test('every other call is allowed, and all of another architecture', t => {
  for (const number of [0, 104, 107, 115, 117]) t.is(verdict(filter, {number, architecture: 7}), allow)
  t.is(verdict(filter, {number: 105, architecture: 8}), allow)
})

test('an ordinary user has a single user inside, root has all of them', t => {
  t.true(isOneUser('         0       1000          1\n'))
  t.false(isOneUser('         0          0 4294967295\n'))
  t.false(isOneUser('         0       1000          1\n         1     100000      65536\n'))
})
