import fc from 'fast-check'
import {parseCidr} from '../../../src/net/cidr.ts'
import {parseIp} from '../../../src/net/ip.ts'
import type {Endpoint, ServicePort} from '../../../src/node/proxy/service-port.ts'

/** Service ports of all kinds, few enough to meet one another again in the next draw. */
export const servicePortLists: fc.Arbitrary<readonly ServicePort[]> = fc
  .uniqueArray(servicePorts(), {maxLength: 5, selector: ({name, protocol}) => `${name} ${protocol}`})
  .map(ports => ports.map(placed))

function servicePorts(): fc.Arbitrary<ServicePort> {
  return fc.record(
    {
      name: fc.constantFrom('default/a', 'default/b:http', 'default/b:dns', 'kube-system/c'),
      protocol: fc.constantFrom('tcp', 'udp', 'sctp'),
      clusterIp: fc.constant(parseIp('10.96.0.10')),
      port: fc.constantFrom(53, 80),
      internalTrafficPolicy: fc.constantFrom('Cluster', 'Local'),
      externalTrafficPolicy: fc.constantFrom('Cluster', 'Local'),
      affinitySeconds: fc.constantFrom(60, 10_800),
      nodePort: fc.constant(30_000),
      externalIps: fc.constant([parseIp('203.0.113.1')]),
      loadBalancerIps: fc.constant([parseIp('10.0.40.1')]),
      sourceRanges: fc.constantFrom(['10.0.20.0/24'].map(parseCidr), ['10.0.20.9/32', '192.0.2.0/24'].map(parseCidr)),
      endpoints: fc.uniqueArray(endpoints(), {maxLength: 4, selector: ({ip, port}) => `${ip}:${port}`}),
    },
    {requiredKeys: ['name', 'protocol', 'clusterIp', 'port', 'internalTrafficPolicy', 'endpoints']},
  )
}

function endpoints(): fc.Arbitrary<Endpoint> {
  return fc.record({
    ip: fc.constantFrom('172.17.12.2', '172.17.12.3', '172.17.13.2').map(parseIp),
    port: fc.constantFrom(8080, 53),
    ready: fc.boolean(),
    nodeName: fc.constantFrom('node1', 'master'),
  })
}

/** No two Services share an address or a node port. */
function placed(port: ServicePort, index: number): ServicePort {
  const at = (network: string) => [parseIp(`${network}.${10 + index}`)]
  return {
    ...port,
    clusterIp: parseIp(`10.96.0.${10 + index}`),
    ...(port.nodePort && {nodePort: 30_000 + index}),
    ...(port.externalIps && {externalIps: at('203.0.113')}),
    ...(port.loadBalancerIps && {loadBalancerIps: at('10.0.40')}),
  }
}
