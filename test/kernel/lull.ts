import {once} from 'node:events'
import {type AddressInfo, connect, createServer} from 'node:net'
import test, {type ExecutionContext} from 'ava'
import {afterLull, lull} from '../../src/kernel/lull.ts'

/** What a client hears first that waits for a server, which says a word while the thread of both is busy for longer than the client waits. */
async function first(t: ExecutionContext, wait: (over: () => void) => unknown): Promise<string> {
  const heard = Promise.withResolvers<string>()
  const server = createServer(socket => {
    socket.on('error', () => undefined)
    wait(() => heard.resolve('the time is over'))
    socket.write('a word')
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  t.teardown(() => {
    socket.destroy()
    server.close()
  })
  socket.on('data', data => heard.resolve(`${data}`))
  return heard.promise
}

test.serial('what came while a thread was busy is read before its time is over', async t => {
  t.is(await first(t, over => afterLull(200, over)), 'a word')
  t.is(await first(t, over => void lull(200).then(over)), 'a word')
  t.is(await first(t, over => setTimeout(over, 200)), 'the time is over', 'by the clock alone it is not')
})

test.serial('where nothing comes the time is over, unless somebody stops it', async t => {
  await lull(1)
  await new Promise<void>(resolve => void afterLull(1, resolve))
  afterLull(1, () => t.fail())()
  await lull(20)
  t.pass()
})
