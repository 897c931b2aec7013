import {setImmediate as turn} from 'node:timers/promises'
import test from 'ava'
import {applyAhead} from '../../src/node/apply-ahead.ts'
import type {PacketOp} from '../../src/node/packet-plans.ts'

/** A step that is told by its number. */
function step(name: string): PacketOp {
  return {op: 'changeTable', change: {backend: 'nftables', family: 'ip', name, commands: [], table: undefined}}
}

function nameOf({change}: PacketOp): string {
  return 'name' in change ? change.name : ''
}

/** What happens, in order: steps that are worked out, begun, and done. A step takes until the event loop has turned so many times. */
function played(turns: number, fails?: string, unplannable?: string) {
  const events: string[] = []
  function* steps() {
    for (const name of ['1', '2', '3']) {
      events.push(`plan ${name}`)
      if (name === unplannable) throw new Error(`no plan ${name}`)
      yield step(name)
      yield undefined
    }
  }
  const make = async (op: PacketOp) => {
    events.push(`begin ${nameOf(op)}`)
    for (let left = turns; left > 0; left--) await turn()
    if (nameOf(op) === fails) throw new Error(`no ${fails}`)
    events.push(`end ${nameOf(op)}`)
  }
  return {events, all: () => applyAhead(steps(), make)}
}

test('a step begins when the one before it has ended, and is planned before', async t => {
  const {events, all} = played(10)
  await all()
  t.deepEqual(events, [
    ...['plan 1', 'begin 1', 'plan 2', 'end 1'],
    ...['begin 2', 'plan 3', 'end 2'],
    ...['begin 3', 'end 3'],
  ])
})

test('steps that take no time come one after the other', async t => {
  const {events, all} = played(0)
  await all()
  t.deepEqual(
    events.filter(event => !event.startsWith('plan')),
    ['1', '2', '3'].flatMap(name => [`begin ${name}`, `end ${name}`]),
  )
})

for (const turns of [0, 1, 10])
  test(`after a step that fails none begins; it takes ${turns} turns of the event loop`, async t => {
    const {events, all} = played(turns, '2')
    await t.throwsAsync(all, {message: 'no 2'})
    t.false(events.includes('begin 3'))
  })

test('a failure of the last step is told', async t => {
  await t.throwsAsync(played(10, '3').all, {message: 'no 3'})
})

test('a failure of planning is told when the step before has ended', async t => {
  const {events, all} = played(10, undefined, '2')
  await t.throwsAsync(all, {message: 'no plan 2'})
  t.deepEqual(events, ['plan 1', 'begin 1', 'plan 2', 'end 1'])
})

test('without steps nothing is made, and pauses before the first are none', async t => {
  let made = 0
  await applyAhead([undefined, undefined], async () => void made++)
  t.is(made, 0)
})
