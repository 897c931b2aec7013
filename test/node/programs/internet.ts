import {once} from 'node:events'
import type {AddressInfo} from 'node:net'
import test from 'ava'
import {internetServer} from '../../../src/node/programs/internet.ts'

test('a host without an answer says whom it takes its caller for, another gives its own', async t => {
  const log: string[] = []
  const server = internetServer({'127.0.0.2': 'Hello'}, line => log.push(line)).listen(0)
  t.teardown(() => server.close())
  await once(server, 'listening')
  const {port} = server.address() as AddressInfo
  const ask = async (host: string) => {
    const answer = await fetch(`http://${host}:${port}/path`, {headers: {connection: 'close'}})
    return `${answer.headers.get('x-came-from')}: ${await answer.text()}`
  }
  t.is(await ask('127.0.0.1'), '127.0.0.1: You came from 127.0.0.1\n')
  t.is(await ask('127.0.0.2'), '127.0.0.1: Hello\n')
  t.deepEqual(log, ['127.0.0.1: GET /path from 127.0.0.1', '127.0.0.2: GET /path from 127.0.0.1'])
})
