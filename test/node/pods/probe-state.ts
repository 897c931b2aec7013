import test from 'ava'
import {beginProbe, judge, type ProbeResult} from '../../../src/node/pods/probe-state.ts'
import type {Probe, ProbeKind} from '../../../src/objects/probe.ts'

const results: Readonly<Record<string, ProbeResult>> = {'+': 'success', '-': 'failure', '?': 'error'}

/* Each answer (+ good, - bad, ? an error) with what follows from it. */
const answers = test.macro({
  exec: (t, kind: ProbeKind, probe: Probe, expected: string) => {
    let state = beginProbe(kind, probe, {startedAt: 0, now: 0})
    const said = expected.split(' ').map(([sign = '']) => {
      const judged = judge(state, probe, {result: results[sign] ?? 'error', now: state.next ?? 0})
      state = judged.state
      return (
        sign + {none: '', started: 'started', ready: 'ready', unready: 'unready', restart: 'restart'}[judged.verdict]
      )
    })
    t.is(said.join(' '), expected)
  },
  title: (_, kind, {successThreshold = 1, failureThreshold = 3}: Probe, expected) =>
    `${kind}, ${successThreshold} good or ${failureThreshold} bad in a row: ${expected}`,
})

test(answers, 'readiness', {}, '+ready + - - -unready - +ready')
test(answers, 'readiness', {}, '- - - - +ready')
test(answers, 'readiness', {}, '+ready - - + - - -unready')
test(answers, 'readiness', {successThreshold: 2}, '+ +ready - - -unready + - + +ready')
test(answers, 'readiness', {failureThreshold: 1}, '+ready -unready +ready -unready')
test(answers, 'readiness', {}, '+ready - ? - ? -unready')
test(answers, 'liveness', {}, '+ - - + - - -restart')
test(answers, 'liveness', {failureThreshold: 1}, '-restart')
test(answers, 'liveness', {}, '? ? ? ? ?')
test(answers, 'startup', {}, '- - +started')
test(answers, 'startup', {failureThreshold: 2}, '- -restart')

const asks = test.macro({
  exec: (t, probe: Probe, lengths: readonly number[], expected: readonly number[]) => {
    let state = beginProbe('readiness', probe, {startedAt: 500, now: 700})
    const times = lengths.map(length => {
      const time = state.next ?? 0
      state = judge(state, probe, {result: 'success', now: time + length}).state
      return time
    })
    t.deepEqual(times, expected)
  },
  title: (_, {initialDelaySeconds = 0, periodSeconds = 10}: Probe, lengths: readonly number[]) =>
    `from ${initialDelaySeconds} s every ${periodSeconds} s, when the answers take ${lengths.join(', ')} ms`,
})

test(asks, {}, [1, 1, 1], [700, 10_700, 20_700])
test(asks, {initialDelaySeconds: 3}, [1, 1], [3500, 13_500])
test(asks, {periodSeconds: 1}, [300, 900, 0, 999], [700, 1700, 2700, 3700])
test(asks, {periodSeconds: 1}, [1500, 0, 3700, 0, 0], [700, 1700, 2700, 5700, 6700])

test('after its verdict a startup probe asks no more, nor does a liveness probe that failed', t => {
  const startup = beginProbe('startup', {}, {startedAt: 0, now: 0})
  t.is(judge(startup, {}, {result: 'success', now: 0}).state.next, undefined)
  const liveness = beginProbe('liveness', {}, {startedAt: 0, now: 0})
  t.is(judge(liveness, {failureThreshold: 1}, {result: 'failure', now: 0}).state.next, undefined)
})
