import test from 'ava'
import {ask, testServer, udpClient} from './_ask.ts'

const kubia = 'kubia.default.svc.cluster.local'

test('a block with the longest zone answers, and a name that none has is refused', async t => {
  const server = testServer({
    corefile: 'cluster.local {\n kubernetes\n}\ndefault.svc.cluster.local {\n any\n}\nexample.com:5353 {\n any\n}',
  })
  t.is((await ask(server, {name: 'kubia.other.svc.cluster.local.', type: 'A'})).answers.length, 1)
  t.is((await ask(server, {name: `${kubia}.`, type: 'A'})).rcode, 2)
  t.is((await ask(server, {name: 'example.com.', type: 'ANY'})).rcode, 5)
  t.is((await ask(server, {name: 'example.com.', type: 'ANY'}, udpClient, 5353)).answers.length, 1)
})
