import test from 'ava'
import {latestStatus} from '../../../src/cluster/api-client/latest-status.ts'
import type {PodStatus} from '../../../src/objects/pod.ts'
import {pod} from '../../contract/agent-client/pod.ts'

const named = (uid: string) => ({...pod('a'), metadata: {...pod('a').metadata, uid}})

test('while a status is on its way only the last of those that follow is sent', async t => {
  const sent: string[] = []
  const away = Promise.withResolvers<void>()
  const write = latestStatus(async ({metadata: {uid}}, {phase}: PodStatus) => {
    sent.push(`${uid} ${phase}`)
    if (sent.length === 1) await away.promise
  })
  const writes = (['Pending', 'Running', 'Failed'] as const).map(phase => write(named('1'), {phase}))
  await write(named('2'), {phase: 'Running'})
  away.resolve()
  await Promise.all(writes)
  t.deepEqual(sent, ['1 Pending', '2 Running', '1 Failed'])
  await write(named('1'), {phase: 'Succeeded'})
  t.is(sent.at(-1), '1 Succeeded')
})

test('a status that is refused does not hold back those that come later', async t => {
  const sent: (string | undefined)[] = []
  const write = latestStatus(async (_, {phase}) => {
    sent.push(phase)
    if (sent.length === 1) throw new Error('refused')
  })
  await t.throwsAsync(write(named('1'), {phase: 'Pending'}), {message: 'refused'})
  await write(named('1'), {phase: 'Running'})
  t.deepEqual(sent, ['Pending', 'Running'])
})
