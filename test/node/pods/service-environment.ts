import test from 'ava'
import fc from 'fast-check'
import {serviceEnvironment} from '../../../src/node/pods/service-environment.ts'
import type {Service, ServicePort} from '../../../src/objects/service.ts'

const service = (name: string, clusterIP: string | undefined, ports: readonly ServicePort[], namespace = 'default') =>
  ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {name, namespace},
    spec: {...(clusterIP !== undefined && {clusterIP}), ports},
  }) satisfies Service

const kubernetes = service('kubernetes', '10.96.0.1', [{name: 'https', port: 443}])
const redis = service('redis-master', '10.0.0.11', [{port: 6379}])

const lines = (services: readonly Service[], namespace = 'default', links = true) =>
  Object.entries(serviceEnvironment(services, {namespace, links})).map(([name, value]) => `${name}=${value}`)

const ofKubernetes = `KUBERNETES_SERVICE_HOST=10.96.0.1
KUBERNETES_SERVICE_PORT=443
KUBERNETES_SERVICE_PORT_HTTPS=443
KUBERNETES_PORT=tcp://10.96.0.1:443
KUBERNETES_PORT_443_TCP=tcp://10.96.0.1:443
KUBERNETES_PORT_443_TCP_PROTO=tcp
KUBERNETES_PORT_443_TCP_PORT=443
KUBERNETES_PORT_443_TCP_ADDR=10.96.0.1`

test('the Service redis-master gives the seven variables of the Kubernetes documentation', t => {
  t.deepEqual(lines([redis]), [
    'REDIS_MASTER_SERVICE_HOST=10.0.0.11',
    'REDIS_MASTER_SERVICE_PORT=6379',
    'REDIS_MASTER_PORT=tcp://10.0.0.11:6379',
    'REDIS_MASTER_PORT_6379_TCP=tcp://10.0.0.11:6379',
    'REDIS_MASTER_PORT_6379_TCP_PROTO=tcp',
    'REDIS_MASTER_PORT_6379_TCP_PORT=6379',
    'REDIS_MASTER_PORT_6379_TCP_ADDR=10.0.0.11',
  ])
})

test('named ports have a variable each, and every port its own four', t => {
  const dns = service('kube-dns', '10.96.0.10', [
    {name: 'dns', port: 53, protocol: 'UDP'},
    {name: 'dns-tcp', port: 53, protocol: 'TCP'},
  ])
  t.deepEqual(lines([dns]), [
    'KUBE_DNS_SERVICE_HOST=10.96.0.10',
    'KUBE_DNS_SERVICE_PORT=53',
    'KUBE_DNS_SERVICE_PORT_DNS=53',
    'KUBE_DNS_SERVICE_PORT_DNS_TCP=53',
    'KUBE_DNS_PORT=udp://10.96.0.10:53',
    'KUBE_DNS_PORT_53_UDP=udp://10.96.0.10:53',
    'KUBE_DNS_PORT_53_UDP_PROTO=udp',
    'KUBE_DNS_PORT_53_UDP_PORT=53',
    'KUBE_DNS_PORT_53_UDP_ADDR=10.96.0.10',
    'KUBE_DNS_PORT_53_TCP=tcp://10.96.0.10:53',
    'KUBE_DNS_PORT_53_TCP_PROTO=tcp',
    'KUBE_DNS_PORT_53_TCP_PORT=53',
    'KUBE_DNS_PORT_53_TCP_ADDR=10.96.0.10',
  ])
})

test('an address of IPv6 stands in brackets where it is part of a URL', t => {
  const six = lines([service('six', 'fd00::7', [{port: 80, protocol: 'SCTP'}])])
  t.true(six.includes('SIX_PORT=sctp://[fd00::7]:80'))
  t.true(six.includes('SIX_PORT_80_SCTP_ADDR=fd00::7'))
})

test('a pod hears of its own namespace and of kubernetes, and without links of kubernetes alone', t => {
  const other = service('other', '10.96.0.9', [{port: 80}], 'shop')
  const all = [other, redis, kubernetes]
  t.is(
    lines(all, 'shop')
      .filter(line => !line.startsWith('OTHER_'))
      .join('\n'),
    ofKubernetes,
  )
  t.true(lines(all, 'shop').includes('OTHER_SERVICE_HOST=10.96.0.9'))
  t.is(lines(all, 'default', false).join('\n'), ofKubernetes)
  t.is(lines(all, 'shop', false).join('\n'), ofKubernetes)
  t.is(lines(all, 'empty').join('\n'), ofKubernetes)
})

test("a Service called kubernetes in the pod's namespace stands before the API server's", t => {
  const own = service('kubernetes', '10.96.3.3', [{port: 1}], 'shop')
  for (const all of [
    [own, kubernetes],
    [kubernetes, own],
  ]) {
    t.true(lines(all, 'shop').includes('KUBERNETES_SERVICE_HOST=10.96.3.3'))
    t.true(lines(all, 'shop', false).includes('KUBERNETES_SERVICE_HOST=10.96.0.1'))
  }
})

for (const [what, ip] of Object.entries({headless: 'None', 'without an address': '', ExternalName: undefined}))
  test(`a Service that is ${what} gives nothing`, t => t.deepEqual(lines([service('web', ip, [{port: 80}])]), []))

test('every Service of the namespace gives two variables, one a named port, one more, and four a port', t => {
  const name = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/)
  const port = fc.record({name, port: fc.integer({min: 1, max: 65535})})
  const ports = fc.uniqueArray(port, {minLength: 1, maxLength: 5, selector: ({port}) => port})
  fc.assert(
    fc.property(name, ports, (service_, list) => {
      const named = new Set(list.map(({name}) => name)).size
      t.is(lines([service(service_, '10.96.0.5', list)]).length, 3 + named + 4 * list.length)
    }),
  )
})
