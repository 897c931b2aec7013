import test from 'ava'
import pino from 'pino'
import {goRounds} from '../../src/node/rounds.ts'
import type {Concern} from '../../src/node/world.ts'
import {fakeClock, quiet} from './_fakes.ts'

/** An agent's rounds over a kube-proxy that says what it is told to; `pass` answers what is heard while so many seconds pass. */
function roundsOver({flushed = false, leavers = false, disturbed = false}) {
  const clock = fakeClock()
  const heard: string[] = []
  const over = new AbortController()
  goRounds({
    proxy: {
      isFlushed: async () => flushed,
      hasLeavers: () => leavers,
      lookAtAll: () => heard.push('full'),
    },
    policies: {isDisturbed: async () => disturbed},
    syncPeriod: () => 30_000,
    lookAt: (concerns: Iterable<Concern>) => heard.push(...concerns),
    after: clock.after,
    signal: over.signal,
    log: pino({enabled: false}),
  })
  const pass = async (seconds: number): Promise<readonly string[]> => {
    for (let second = 0; second < seconds; second++) await clock.pass(1000)
    return heard.splice(0)
  }
  return {pass, end: () => over.abort()}
}

test('rules that stand are left alone for an hour, and synced in full then, every hour', async t => {
  const {pass} = roundsOver({})
  t.deepEqual(await pass(3599), [])
  t.deepEqual(await pass(1), ['full', 'rules'])
  t.deepEqual(await pass(3599), [])
  t.deepEqual(await pass(1), ['full', 'rules'])
})

test('what somebody flushed is looked at within a sync period', async t => {
  const [rules, policies] = [roundsOver({flushed: true}), roundsOver({disturbed: true})]
  t.deepEqual(await rules.pass(29), [])
  t.deepEqual(await rules.pass(1), ['rules'])
  t.deepEqual(await policies.pass(30), ['policies'])
})

test('endpoints that leave are looked at once a minute', async t => {
  t.deepEqual(await roundsOver({leavers: true}).pass(180), ['rules', 'rules', 'rules'])
})

test('when the agent ends, so do its rounds', async t => {
  const {pass, end} = roundsOver({flushed: true, leavers: true, disturbed: true})
  end()
  await quiet()
  t.deepEqual(await pass(4000), [])
})
