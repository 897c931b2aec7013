import test from 'ava'
import {ask, printAnswer, testServer} from '../_ask.ts'
import {fixtureView} from '../_fixture.ts'

test('before the cluster is known nothing is denied', async t => {
  const view = {...fixtureView(), synced: false}
  const server = testServer({corefile: '. {\n ready\n kubernetes cluster.local\n}', view})
  t.is((await ask(server, {name: 'late.default.svc.cluster.local.', type: 'A'})).rcode, 2)
  t.deepEqual(server.request(8181, '/ready'), {status: 503, type: 'text/plain; charset=utf-8', body: 'kubernetes'})
})

test('the NS record of the zone names the Service that leads to the server, or the server itself', async t => {
  const corefile = '. {\n kubernetes cluster.local {\n  ttl 30\n }\n}'
  const behind = testServer({corefile, ownAddresses: ['172.17.12.2']})
  t.is(
    printAnswer(await ask(behind, {name: 'cluster.local.', type: 'NS'})),
    'cluster.local. 30 IN NS kubia.default.svc.cluster.local.\n+ kubia.default.svc.cluster.local. 30 IN A 10.96.77.7',
  )
  const alone = testServer({corefile, ownAddresses: ['192.0.2.53']})
  t.is(
    printAnswer(await ask(alone, {name: 'cluster.local.', type: 'NS'})),
    'cluster.local. 30 IN NS ns.dns.cluster.local.\n+ ns.dns.cluster.local. 30 IN A 192.0.2.53',
  )
  t.is(
    printAnswer(await ask(alone, {name: 'ns.dns.cluster.local.', type: 'A'})),
    'ns.dns.cluster.local. 30 IN A 192.0.2.53',
  )
})
