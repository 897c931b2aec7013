import test from 'ava'
import type {Exchange} from '../../../src/dns/upstream.ts'
import {readMessage} from '../../../src/dns/wire/read-message.ts'
import {writeMessage} from '../../../src/dns/wire/write-message.ts'
import {ask, printAnswer, queryBytes, tcpClient, testServer} from '../_ask.ts'
import {otherServer, www} from './_other-server.ts'

test('a name outside the cluster is asked of the server that the Corefile names', async t => {
  const {exchange, asked} = otherServer({'A www.example.com.': [www]})
  const server = testServer({corefile: '. {\n forward . 203.0.113.10\n}', exchange})
  const said = await ask(server, {name: 'www.example.com.', type: 'A'})
  t.is(printAnswer(said), 'www.example.com. 300 IN A 203.0.113.80')
  t.true(said.recursionAvailable)
  t.false(said.authoritative)
  t.is((await ask(server, {name: 'gone.example.com.', type: 'A'}, tcpClient)).rcode, 3)
  t.deepEqual(asked, ['udp 203.0.113.10:53 A www.example.com.', 'tcp 203.0.113.10:53 A gone.example.com.'])
})

test('a server that never answers costs five seconds at most, and others are answered meanwhile', async t => {
  let clock = 0
  const exchange: Exchange = async ({timeout}) => {
    clock += timeout
    throw new Error('read udp 203.0.113.10:53: i/o timeout')
  }
  const lines: string[] = []
  const server = testServer({
    ...{corefile: '. {\n errors\n kubernetes cluster.local\n forward . 203.0.113.10\n}', exchange},
    clock: () => clock,
    log: line => lines.push(line),
  })
  t.teardown(server.close)
  const waiting = ask(server, {name: 'www.example.com.', type: 'A'})
  t.is((await ask(server, {name: 'kubia.default.svc.cluster.local.', type: 'A'})).answers.length, 1)
  t.is((await waiting).rcode, 2)
  t.true(clock <= 8000, `${clock} ms`)
  t.is(lines.at(-1), '[ERROR] plugin/errors: 2 www.example.com. A: read udp 203.0.113.10:53: i/o timeout')
})

test('when one server is silent the next is asked', async t => {
  const {exchange, asked} = otherServer({'A www.example.com.': [www]})
  const server = testServer({
    corefile: '. {\n forward . 203.0.113.9 203.0.113.10 {\n  policy sequential\n }\n}',
    exchange: sent => (sent.to.address === '203.0.113.9' ? Promise.reject(new Error('silent')) : exchange(sent)),
  })
  t.teardown(server.close)
  t.is((await ask(server, {name: 'www.example.com.', type: 'A'})).answers.length, 1)
  t.is(asked.length, 1)
})

test('more queries than max_concurrent are refused', async t => {
  let answer: (() => void) | undefined
  const {exchange} = otherServer({'A www.example.com.': [www]})
  const server = testServer({
    corefile: '. {\n prometheus\n forward . 203.0.113.10 {\n  max_concurrent 1\n }\n}',
    exchange: async sent => {
      await new Promise<void>(resolve => {
        answer = resolve
      })
      return exchange(sent)
    },
  })
  t.teardown(server.close)
  const first = ask(server, {name: 'www.example.com.', type: 'A'})
  t.is((await ask(server, {name: 'www.example.com.', type: 'A'})).rcode, 5)
  answer?.()
  t.is((await first).rcode, 0)
  t.regex(server.request(9153, '/metrics').body, /^coredns_forward_max_concurrent_rejects_total 1$/m)
})

test('an answer to another question is no answer', async t => {
  const exchange: Exchange = async () =>
    writeMessage({...readMessage(queryBytes({name: 'evil.', type: 'A'})), response: true})
  const server = testServer({corefile: '. {\n forward . 203.0.113.10\n}', exchange})
  t.is((await ask(server, {name: 'www.example.com.', type: 'A'})).rcode, 1)
})
