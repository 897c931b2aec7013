import test from 'ava'
import {servicePorts} from '../../../src/node/proxy/service-port.ts'
import type {Endpoints} from '../../../src/objects/endpoints.ts'
import type {Service, ServiceSpec} from '../../../src/objects/service.ts'

function service(name: string, spec: ServiceSpec): Service {
  return {apiVersion: 'v1', kind: 'Service', metadata: {name, namespace: 'default'}, spec}
}

function endpoints(name: string, ...subsets: NonNullable<Endpoints['subsets']>): Endpoints {
  return {apiVersion: 'v1', kind: 'Endpoints', metadata: {name, namespace: 'default'}, subsets}
}

const kubia = service('kubia', {clusterIP: '10.98.237.175', ports: [{port: 80, targetPort: 8080}]})

test('a port without a name is called by its service, its endpoints are sorted as text', t => {
  const [port, ...more] = servicePorts(
    [kubia],
    [
      endpoints('kubia', {
        addresses: [{ip: '172.17.12.2', nodeName: 'node1'}, {ip: '172.17.12.10'}],
        notReadyAddresses: [{ip: '172.17.12.1'}],
        ports: [{port: 8080}],
      }),
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

test('endpoints belong to the port of their name and protocol, over all subsets, each once', t => {
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
      endpoints(
        'dns',
        {
          addresses: [{ip: '10.32.0.3'}],
          ports: [
            {name: 'dns', port: 53, protocol: 'UDP'},
            {name: 'dns-tcp', port: 53},
          ],
        },
        {addresses: [{ip: '10.32.0.3'}, {ip: '10.32.0.4'}], ports: [{name: 'dns', port: 53, protocol: 'UDP'}]},
        {addresses: [{ip: '10.32.0.5'}], ports: [{name: 'dns', port: 53, protocol: 'TCP'}]},
      ),
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
