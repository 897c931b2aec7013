import test from 'ava'
import {ask, printAnswer, testServer} from './_ask.ts'

const corefile = `.:53 {
    errors
    health {
       lameduck 5s
    }
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
       ttl 30
    }
    prometheus :9153
    forward . 203.0.113.10 {
       max_concurrent 1000
    }
    cache 30
    loop
    reload
    loadbalance
}`

test("kubeadm's Corefile answers for a Service", async t => {
  const server = testServer({corefile})
  t.teardown(server.close)
  t.deepEqual(server.ports, [53])
  t.deepEqual(server.http.map(({kind, port}) => `${kind} ${port}`).toSorted(), [
    'health 8080',
    'metrics 9153',
    'ready 8181',
  ])
  t.is(
    printAnswer(await ask(server, {name: 'kubia.default.svc.cluster.local.', type: 'A'})),
    'kubia.default.svc.cluster.local. 30 IN A 10.96.77.7',
  )
})
