import test from 'ava'
import {ask, testServer} from '../_ask.ts'

const kubia = 'kubia.default.svc.cluster.local'

test('health, readiness and metrics are told by HTTP, each on its port', async t => {
  const server = testServer({corefile: '. {\n health\n ready\n prometheus :9153\n kubernetes cluster.local\n}'})
  t.is(server.request(8080, '/health').body, 'OK')
  t.is(server.request(8181, '/ready').body, 'OK')
  t.is(server.request(8080, '/metrics').status, 404)
  for (let turn = 0; turn < 3; turn++) await ask(server, {name: `${kubia}.`, type: 'A'})
  await ask(server, {name: 'missing.default.svc.cluster.local.', type: 'TYPE65280'})
  const {body} = server.request(9153, '/metrics')
  for (const line of [
    'coredns_dns_requests_total{family="1",proto="udp",server="dns://:53",type="A",view="",zone="."} 3',
    'coredns_dns_requests_total{family="1",proto="udp",server="dns://:53",type="other",view="",zone="."} 1',
    'coredns_dns_responses_total{plugin="kubernetes",rcode="NOERROR",server="dns://:53",view="",zone="."} 3',
    'coredns_dns_responses_total{plugin="kubernetes",rcode="NXDOMAIN",server="dns://:53",view="",zone="."} 1',
    'coredns_dns_request_duration_seconds_count{server="dns://:53",view="",zone="."} 4',
    'coredns_dns_response_size_bytes_bucket{proto="udp",server="dns://:53",view="",zone=".",le="100"} 3',
    'coredns_plugin_enabled{name="kubernetes",server="dns://:53",view="",zone="."} 1',
    'coredns_panics_total 0',
  ])
    t.true(body.split('\n').includes(line), `${line}\n${body}`)
})
