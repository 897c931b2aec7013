import test from 'ava'
import type {ExerciseEvent} from '../../src/exercise/events.ts'
import {gradeLab} from '../../src/exercise/grade.ts'
import {playScenario} from '../../src/exercise/scenario.ts'
import {during, type Exec, fakeLab, pod, type World} from './_fake-lab.ts'

/** Plays a scenario; gives the events as short lines, and what was done to the lab. */
async function play(scenario: string, exec: Exec = () => '', lacks: World['lacks'] = () => undefined) {
  const lab = fakeLab({
    text: `scenario:\n${scenario}`,
    objects: [pod('a'), pod('b', {app: 'web', ip: '172.17.1.9'})],
    exec,
    lacks,
  })
  const events: string[] = []
  const report = (event: ExerciseEvent) => {
    const text = 'text' in event ? event.text : 'reason' in event ? event.reason : 'title' in event ? event.title : ''
    events.push(`${event.event} ${text}`)
  }
  const played = await playScenario(lab, {...during(), report})
  return {played, events, done: lab.done}
}

test('a step is told when it starts, what it says, and when it is done', async t => {
  const {played, events} = await play(
    '  - {exec: {in: pod/a, run: ip route}, title: Routes}\n  - say: Look at them\n',
    () => 'default\n',
  )
  t.deepEqual(events, [
    'started Routes',
    'output default\n',
    'done Routes',
    'started Look at them',
    'done Look at them',
  ])
  t.deepEqual(played, {pass: true, steps: 2})
})

test('a scenario stops at the step that fails and says which', async t => {
  const {played, done} = await play(
    '  - exec: {in: pod/a, run: "false"}\n  - exec: {in: pod/a, run: "true"}\n',
    () => ({code: 1}),
  )
  t.deepEqual(played, {
    pass: false,
    steps: 2,
    failed: {
      number: 1,
      title: 'in pod/a: false',
      reason: './podlab exec pod/a -- false\nended with code 1; expected code 0',
    },
  })
  t.deepEqual(done, ['pod/a: false'])
})

test('a command may be expected to fail, or to say something', async t => {
  const expecting = (expect: string) =>
    play(`  - exec: {in: pod/a, run: x, expect: ${expect}}\n`, () => ({code: 3, stdout: 'out'}))
  t.true((await expecting('{code: 3}')).played.pass)
  t.true((await expecting('{code: 3, contains: ou}')).played.pass)
  t.false((await expecting('{code: 3, contains: other}')).played.pass)
  t.false((await expecting('{contains: ou}')).played.pass)
})

test('a command runs in the first ready pod of a selector, with addresses filled in', async t => {
  const {done} = await play("  - exec: {in: pod/app=kubia, run: 'curl {pod/b} {node/node1} {x} %{y}'}\n")
  t.deepEqual(done, ['pod/a: curl 172.17.1.9 10.0.20.11 {x} %{y}'])
})

test('objects are applied, scaled and deleted', async t => {
  const {events, done} = await play(`
  - apply: {apiVersion: v1, kind: Pod, metadata: {name: c}, spec: {containers: [{name: main, image: busybox}]}}
  - scale: {rs/kubia: 5}
  - delete: pod/app=kubia
  - delete: pod/b
`)
  t.deepEqual(
    events.filter(event => event.startsWith('output')),
    ['output pod/c created\n', 'output replicaset/kubia scaled\n', 'output pod/a deleted\n', 'output pod/b deleted\n'],
  )
  t.deepEqual(done, ['scale ReplicaSet kubia 5'])
})

test('a delete that finds nothing fails', async t => {
  const {played} = await play('  - delete: pod/app=none\n')
  t.like(played, {pass: false, failed: {reason: 'there is no Pod with app=none to delete'}})
})

test('a wait goes on when its check passes and fails with what was seen', async t => {
  t.true((await play('  - wait: {pods: {selector: app=kubia, ready: 1}}\n')).played.pass)
  const {played} = await play('  - check: {pods: {selector: app=kubia, ready: 2}}\n')
  t.like(played, {
    pass: false,
    failed: {
      reason:
        'expected: 2 pods with app=kubia, ready\nseen: a ready\nsee it yourself: ./podlab get pods --selector app=kubia',
    },
  })
})

test('a lab that has gone is a failed step; a bug is none', async t => {
  const gone = () => {
    throw Object.assign(new Error('the lab has gone'), {code: 'unreachable'})
  }
  t.like((await play('  - exec: {in: pod/a, run: x}\n', gone)).played, {failed: {reason: 'the lab has gone'}})
  const bug = () => {
    throw new TypeError('bug')
  }
  await t.throwsAsync(play('  - exec: {in: pod/a, run: x}\n', bug), {instanceOf: TypeError})
})

test('a grade is the sum of the checks that pass', async t => {
  const lab = fakeLab({
    objects: [pod('a')],
    text: `
checks:
  - {title: There, points: 2, object: {of: pod/a}}
  - {title: Not there, points: 3, object: {of: pod/b}}
  - {title: Absent, object: {of: pod/b, not: true}}
`,
  })
  const events: string[] = []
  const grade = await gradeLab(lab, {...during(), report: event => void events.push(event.event)})
  t.like(grade, {pass: false, points: 3, of: 6})
  t.deepEqual(
    grade.results.map(({title, verdict}) => [title, verdict.pass]),
    [
      ['There', true],
      ['Not there', false],
      ['Absent', true],
    ],
  )
  t.deepEqual(events, ['checking', 'checked', 'checking', 'checked', 'checking', 'checked', 'graded'])
})

test('kubectl gets the words of its step, with the names of pods, and what it says is shown', async t => {
  const {played, events, done} = await play(
    '  - kubectl: {run: "exec {name:pod/app=web} -- curl {pod/a}", expect: {contains: hit}}\n  - kubectl: get pods\n',
    (_, line) => (line.startsWith('exec') ? "You've hit b\n" : 'NAME\n'),
  )
  t.true(played.pass)
  t.deepEqual(done, ['kubectl exec b -- curl 172.17.1.2', 'kubectl get pods'])
  t.deepEqual(
    events.filter(event => event.startsWith('output')),
    ['output $ kubectl exec b -- curl 172.17.1.2\n', "output You've hit b\n", 'output NAME\n'],
  )
})

test('kubectl that fails stops the scenario, with the command to repeat it', async t => {
  const {played} = await play('  - kubectl: get ruins\n', () => ({code: 1}))
  t.is(!played.pass && played.failed.reason, './podlab kubectl -- get ruins\nended with code 1; expected code 0')
})

const inEachMode = `
  - each:
      proxy: [iptables, nftables]
      play:
        - exec: {in: pod/a, run: try it}
  - exec: {in: pod/a, run: the end}
`

test('steps are played for each value of a setting', async t => {
  const {played, events, done} = await play(inEachMode)
  t.deepEqual(played, {pass: true, steps: 5})
  t.deepEqual(done, ['set proxy iptables', 'pod/a: try it', 'set proxy nftables', 'pod/a: try it', 'pod/a: the end'])
  t.true(events.includes('output proxy is nftables now, on every node.\n'))
})

test('what the machine lacks is passed over with its steps, and told', async t => {
  const lacks = (value: string) => (value === 'iptables' ? 'no iptables here' : undefined)
  const {played, events, done} = await play(inEachMode, undefined, lacks)
  t.true(played.pass)
  t.deepEqual(done, ['set proxy iptables', 'set proxy nftables', 'pod/a: try it', 'pod/a: the end'])
  t.deepEqual(events.slice(0, 2), ['started set proxy to iptables', 'output passed over: no iptables here\n'])
})

test('a set alone that the machine lacks fails', async t => {
  const {played} = await play('  - set: {proxy: nftables}\n', undefined, () => 'no nftables here')
  t.like(played, {pass: false, failed: {reason: 'no nftables here'}})
})
