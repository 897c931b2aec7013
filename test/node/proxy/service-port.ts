import test from 'ava'
import {servicePorts} from '../../../src/node/proxy/service-port.ts'
import type {SliceConditions} from '../../../src/objects/endpoint-slice.ts'
import type {Service, ServiceSpec} from '../../../src/objects/service.ts'
import {sampleSlice} from '../../objects/_samples.ts'

function service(name: string, spec: ServiceSpec): Service {
  return {apiVersion: 'v1', kind: 'Service', metadata: {name, namespace: 'default'}, spec}
}

const kubia = service('kubia', {clusterIP: '10.98.237.175', ports: [{port: 80, targetPort: 8080}]})

test('a port without a name is called by its service, its endpoints are sorted as text', t => {
  const [port, ...more] = servicePorts(
    [kubia],
    [
      sampleSlice('kubia', [
        {addresses: ['172.17.12.2'], nodeName: 'node1'},
        {addresses: ['172.17.12.10']},
        {addresses: ['172.17.12.1'], conditions: {ready: false}},
      ]),
    ],
  )
  t.deepEqual(more, [])
  t.like(port, {name: 'default/kubia', protocol: 'tcp', clusterIp: '10.98.237.175', port: 80})
  t.is(port?.affinitySeconds, undefined)
  t.deepEqual(
    port?.endpoints.map(({ip, port: number, ready, nodeName}) => `${ip}:${number} ${ready} ${nodeName}`),
    ['172.17.12.10:8080 true undefined', '172.17.12.1:8080 false undefined', '172.17.12.2:8080 true node1'].sort(),
  )
})

test('endpoints belong to the port of their name and protocol, over all slices, each once', t => {
  const dns = service('dns', {
    clusterIP: '10.96.0.10',
    ports: [
      {name: 'dns', port: 53, protocol: 'UDP'},
      {name: 'dns-tcp', port: 53, protocol: 'TCP'},
    ],
  })
  const ports = servicePorts(
    [dns],
    [
      sampleSlice('dns', ['10.32.0.3'], {
        ports: [
          {name: 'dns', port: 53, protocol: 'UDP'},
          {name: 'dns-tcp', port: 53},
        ],
      }),
      sampleSlice('dns', ['10.32.0.3', '10.32.0.4'], {ports: [{name: 'dns', port: 53, protocol: 'UDP'}]}),
      sampleSlice('dns', ['10.32.0.5'], {ports: [{name: 'dns', port: 53, protocol: 'TCP'}]}),
      sampleSlice('dns', ['10.32.0.6'], {ports: [{name: 'dns', protocol: 'UDP'}]}),
      sampleSlice('other', ['10.32.0.7'], {ports: [{name: 'dns', port: 53, protocol: 'UDP'}]}),
      {...sampleSlice('dns', ['fd00::1'], {ports: [{name: 'dns', port: 53, protocol: 'UDP'}]}), addressType: 'IPv6'},
    ],
  )
  t.deepEqual(
    ports.map(({name, protocol, endpoints: found}) => [name, protocol, found.map(({ip}) => ip)]),
    [
      ['default/dns:dns', 'udp', ['10.32.0.3', '10.32.0.4']],
      ['default/dns:dns-tcp', 'tcp', ['10.32.0.3']],
    ],
  )
})

const withoutPorts = test.macro({
  exec: (t, spec: ServiceSpec) => t.deepEqual(servicePorts([service('x', {ports: [{port: 80}], ...spec})], []), []),
  title: (_, spec) => `nothing is proxied for ${JSON.stringify(spec)}`,
})

test(withoutPorts, {clusterIP: 'None'})
test(withoutPorts, {clusterIP: ''})
test(withoutPorts, {})
test(withoutPorts, {type: 'ExternalName', externalName: 'example.org'})
test(withoutPorts, {clusterIP: '10.96.0.9', ports: []})

test('session affinity lasts three hours unless it says how long', t => {
  const seconds = (spec: Partial<ServiceSpec>) =>
    servicePorts([{...kubia, spec: {...kubia.spec, ...spec}}], [])[0]?.affinitySeconds
  t.is(seconds({sessionAffinity: 'None'}), undefined)
  t.is(seconds({sessionAffinity: 'ClientIP'}), 10800)
  t.is(seconds({sessionAffinity: 'ClientIP', sessionAffinityConfig: {clientIP: {timeoutSeconds: 60}}}), 60)
})

const state = test.macro({
  exec: (t, conditions: SliceConditions, expected: string) => {
    const [port] = servicePorts([kubia], [sampleSlice('kubia', [{addresses: ['172.17.12.2'], conditions}])])
    t.deepEqual(
      port?.endpoints.map(({ready, lingering}) => (ready ? 'ready' : lingering ? 'lingering' : 'neither')),
      [expected],
    )
  },
  title: (_, conditions, expected) => `an endpoint that says ${JSON.stringify(conditions)} is ${expected}`,
})

test(state, {}, 'ready')
test(state, {ready: true, serving: true, terminating: false}, 'ready')
test(state, {ready: false}, 'neither')
test(state, {ready: false, serving: true, terminating: true}, 'lingering')
test(state, {ready: false, serving: false, terminating: true}, 'neither')
test(state, {ready: false, serving: true, terminating: false}, 'neither')
test(state, {ready: true, serving: true, terminating: true}, 'ready')

test('an endpoint that stands in two slices counts at its best', t => {
  const going = {addresses: ['172.17.12.2'], conditions: {ready: false, serving: true, terminating: true}}
  const slices = [sampleSlice('kubia', ['172.17.12.2']), sampleSlice('kubia', [going])]
  for (const order of [slices, slices.toReversed()])
    t.like(servicePorts([kubia], order)[0]?.endpoints, [{ip: '172.17.12.2', ready: true}])
})

test('what comes from outside is known by its addresses: those of a load balancer that hands packets on, and of IPv4', t => {
  const spec: ServiceSpec = {
    type: 'LoadBalancer',
    clusterIP: '10.96.0.20',
    ports: [{port: 80, nodePort: 30080}],
    externalIPs: ['203.0.113.9', '2001:db8::9'],
    loadBalancerSourceRanges: [' 10.0.20.0/24', '2001:db8::/32'],
    externalTrafficPolicy: 'Local',
    healthCheckNodePort: 30999,
  }
  const ingress = [{ip: '198.51.100.7'}, {ip: '198.51.100.8', ipMode: 'Proxy' as const}, {hostname: 'a.example'}]
  const [port] = servicePorts([{...service('web', spec), status: {loadBalancer: {ingress}}}], [])
  t.like(port, {
    externalIps: ['203.0.113.9'],
    loadBalancerIps: ['198.51.100.7'],
    sourceRanges: ['10.0.20.0/24'],
    healthCheckNodePort: 30999,
    nodePort: 30080,
  })
  const [other] = servicePorts(
    [{...service('web', {...spec, type: 'NodePort'}), status: {loadBalancer: {ingress}}}],
    [],
  )
  t.is(other?.loadBalancerIps, undefined)
  t.is(other?.sourceRanges, undefined)
})

test('hints name the zones that an endpoint is meant for', t => {
  const hints = {forZones: [{name: 'a'}, {name: 'b'}]}
  const slice = sampleSlice('kubia', [{addresses: ['172.17.12.2'], hints}, {addresses: ['172.17.12.3']}])
  t.deepEqual(
    servicePorts([kubia], [slice])[0]?.endpoints.map(({zones}) => zones),
    [['a', 'b'], undefined],
  )
})
