import test from 'ava'
import {testServer, udpClient} from '../_ask.ts'

test('queries that go round in a circle end the server', async t => {
  const fatal = await new Promise<string>(resolve => {
    const server = testServer({
      corefile: '. {\n loop\n forward . 203.0.113.10\n}',
      exchange: async ({bytes}) => (await server.answer(bytes, udpClient, 53)) ?? Buffer.alloc(0),
      fatal: resolve,
    })
    t.teardown(server.close)
  })
  t.regex(
    fatal,
    /^plugin\/loop: Loop \(172\.17\.12\.9:40000 -> :53\) detected for zone ".", see .* Query: "HINFO \d+\.\d+\."$/,
  )
})
