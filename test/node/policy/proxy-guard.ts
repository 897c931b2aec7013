import test from 'ava'
import {policyPods} from '../../../src/node/policy/policy-pod.ts'
import {proxyGuard} from '../../../src/node/policy/proxy-guard.ts'
import type {Verdict} from '../../../src/node/proxy/userspace/protocol.ts'
import {namespaces, podAt, policyOf} from './_worlds.ts'

/* As the proxy of node1, 10.0.20.11, sees it; the pod db is on node2, 10.0.20.4. */
const pods = policyPods(
  [
    podAt('web', {namespace: 'shop', labels: {app: 'web'}, ip: '172.17.12.2', http: 8080}),
    podAt('db', {namespace: 'shop', labels: {app: 'db'}, node: 'node2', ip: '172.17.13.2'}),
    podAt('other', {namespace: 'other', ip: '172.17.12.3'}),
  ],
  {own: ({spec, status}) => (spec.nodeName === 'node1' ? [status?.podIP ?? ''] : undefined)},
)
const policies = [
  policyOf('web', 'shop', {
    podSelector: {matchLabels: {app: 'web'}},
    ingress: [{from: [{podSelector: {matchLabels: {app: 'db'}}}], ports: [{port: 'http'}]}],
  }),
  policyOf('db', 'shop', {
    podSelector: {matchLabels: {app: 'db'}},
    ingress: [{from: [{ipBlock: {cidr: '10.0.20.100/32'}}], ports: [{protocol: 'UDP', port: 53}]}],
  }),
  policyOf('other', 'other', {policyTypes: ['Egress']}),
]
const guard = proxyGuard({policies, namespaces, pods}, () => ['10.0.20.11', '172.17.12.0', '172.17.12.1'])

const verdict = test.macro({
  exec(t, client: string, endpoint: string, expected: Verdict) {
    const [protocol = '', place = ''] = endpoint.split(' ')
    t.is(guard({client, endpoint: place, protocol: protocol as 'tcp'}), expected)
  },
  title: (_, client, endpoint, expected) => `${client} may call ${endpoint} ${expected}`,
})

test(verdict, '172.17.13.2', 'tcp 172.17.12.2:8080', 'for the client')
test(verdict, '172.17.13.2', 'tcp 172.17.12.2:8081', 'not at all')
test(verdict, '172.17.13.2', 'udp 172.17.12.2:8080', 'not at all')
test(verdict, '172.17.12.3', 'tcp 172.17.12.2:8080', 'not at all')
test(verdict, '172.17.12.2', 'tcp 172.17.12.2:9', 'for the client')
test(verdict, '172.17.12.3', 'tcp 203.0.113.9:80', 'not at all')
test(verdict, '10.0.20.100', 'udp 172.17.13.2:53', 'for the client')
test(verdict, '10.0.20.101', 'udp 172.17.13.2:53', 'not at all')
test(verdict, '10.0.20.4', 'tcp 172.17.12.2:8080', 'not at all')
test(verdict, '10.0.20.11', 'tcp 172.17.12.2:9', 'as the node')
test(verdict, '10.0.20.11', 'tcp 172.17.13.2:9', 'as the node')
test(verdict, '127.0.0.1', 'tcp 172.17.13.2:9', 'as the node')
test(verdict, '172.17.12.1', 'tcp 172.17.12.2:9', 'as the node')
test(verdict, '172.17.12.3', 'tcp 10.0.20.11:6443', 'as the node')
test(verdict, '172.17.12.3', 'tcp 10.0.20.4:6443', 'not at all')
