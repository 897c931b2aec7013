import {setTimeout} from 'node:timers/promises'
import test from 'ava'
import type {Report} from '../../../../src/node/proxy/userspace/protocol.ts'
import {createVerdicts} from '../../../../src/node/proxy/userspace/verdicts.ts'

const call = {client: '172.17.12.2', endpoint: '172.17.13.2:80', protocol: 'tcp'} as const

function asking(withinMs?: number) {
  const said: Report[] = []
  const verdicts = createVerdicts(report => void said.push(report), withinMs)
  return {said, ...verdicts, judge: verdicts.judgeOf('node1')}
}

test('as long as nobody guards the node, nobody is asked and nothing is waited for', t => {
  const {judge, said, guard} = asking()
  guard('node2', true)
  t.is(judge(call), 'as the node')
  guard('node1', true)
  guard('node1', false)
  t.is(judge(call), 'as the node')
  t.deepEqual(said, [])
})

test('each question gets its own answer, in whatever order they come', async t => {
  const {judge, said, guard, hear} = asking()
  guard('node1', true)
  const [first, second] = [judge(call), judge({...call, client: '172.17.12.3'})]
  t.deepEqual(said, [
    {type: 'call', number: 0, netns: 'node1', call},
    {type: 'call', number: 1, netns: 'node1', call: {...call, client: '172.17.12.3'}},
  ])
  hear(1, 'not at all')
  hear(0, 'for the client')
  hear(7, 'for the client')
  t.deepEqual([await first, await second], ['for the client', 'not at all'])
})

test('an answer that is late is none, and does not count for anybody later', async t => {
  const {judge, guard, hear} = asking(20)
  guard('node1', true)
  t.is(await judge(call), undefined)
  hear(0, 'for the client')
  const next = judge(call)
  hear(0, 'for the client')
  t.is(await Promise.race([next, setTimeout(5, 'waits')]), 'waits')
  t.is(await next, undefined)
})
