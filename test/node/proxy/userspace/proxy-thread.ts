import test from 'ava'
import {startProxyThread} from '../../../../src/node/proxy/userspace/proxy-thread.ts'

/* The thread does not keep the process alive. */
const awake = setInterval(() => undefined, 1000)
test.after.always(() => clearInterval(awake))

const program = new URL('_asking-thread.ts', import.meta.url)

test('the thread asks for each call, and hears a verdict of the same number', async t => {
  const seen: string[] = []
  const judge = (netns: string, {client, endpoint, protocol}: {client: string; endpoint: string; protocol: string}) => {
    seen.push(`${netns}: ${client} to ${endpoint}/${protocol}`)
    return netns === 'node1' ? ('not at all' as const) : ('for the client' as const)
  }
  const thread = await startProxyThread({died: () => undefined, judge}, program)
  t.teardown(thread.close)
  const answers = await Promise.all(['node1', 'node2'].map(netns => thread.ask({ask: 'stop', netns})))
  t.deepEqual(
    answers.flat().map(({name}) => name),
    ['not at all', 'for the client'],
  )
  t.deepEqual(seen, ['node1: 172.17.12.2 to 172.17.13.2:80/tcp', 'node2: 172.17.12.2 to 172.17.13.2:80/tcp'])
})

test('a thread that breaks while it waits for a verdict is told as broken', async t => {
  const deaths: string[] = []
  const thread = await startProxyThread(
    {died: ({message}) => void deaths.push(message), judge: () => 'for the client'},
    program,
  )
  t.teardown(thread.close)
  await t.throwsAsync(thread.ask({ask: 'close', netns: 'node1', names: []}), {message: /broken by a test/})
  t.is(deaths.length, 1)
})
