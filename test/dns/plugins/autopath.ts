import test from 'ava'
import {ask, printAnswer, testServer, udpClient} from '../_ask.ts'
import {otherServer, www} from './_other-server.ts'

test('autopath walks the search path of the pod that asks, and answers the first query', async t => {
  const {exchange, asked} = otherServer({'A www.example.com.': [www]})
  const server = testServer({
    corefile:
      '. {\n autopath @kubernetes\n kubernetes cluster.local {\n  pods verified\n }\n forward . 203.0.113.10\n}',
    exchange,
  })
  const wanted = {name: 'www.example.com.default.svc.cluster.local.', type: 'A'}
  t.is(
    printAnswer(await ask(server, wanted)),
    'www.example.com. 300 IN A 203.0.113.80\nwww.example.com.default.svc.cluster.local. 300 IN CNAME www.example.com.',
  )
  t.deepEqual(asked, ['udp 203.0.113.10:53 A www.example.com.'])
  t.is(
    (await ask(server, wanted, {...udpClient, address: '192.0.2.200'})).rcode,
    3,
    'nobody knows what another searches',
  )
})
