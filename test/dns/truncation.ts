import test from 'ava'
import {ask, tcpClient, testServer} from './_ask.ts'
import {fixtureView} from './_fixture.ts'

test('what is long is cut for UDP, whole for those who take more, and whole by TCP', async t => {
  const view = fixtureView()
  const hosts = Array.from({length: 60}, (_, index) => ({addresses: [`172.17.9.${index + 1}`]}))
  view.tell({
    type: 'ADDED',
    object: {
      ...{apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', addressType: 'IPv4', endpoints: hosts},
      metadata: {name: 'nobody-a', namespace: 'default', labels: {'kubernetes.io/service-name': 'nobody'}},
      ports: [{name: 'http', port: 8080, protocol: 'TCP'}],
    },
  } as never)
  const server = testServer({corefile: '. {\n kubernetes cluster.local\n}', view})
  const wanted = {name: 'nobody.default.svc.cluster.local.', type: 'A'}
  const short = await ask(server, wanted)
  t.true(short.truncated)
  t.is(short.answers.length, 28, 'as many as fit into 512 bytes, at 16 each')
  const edns = {size: 1232, version: 0, dnssec: false, options: []}
  const longer = await ask(server, {...wanted, edns})
  t.false(longer.truncated)
  t.is(longer.answers.length, 60)
  t.false((await ask(server, wanted, tcpClient)).truncated)
  t.is((await ask(server, wanted, tcpClient)).answers.length, 60)
})
