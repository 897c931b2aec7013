import test from 'ava'
import {kinds} from '../../src/objects/kinds.ts'
import type {Service} from '../../src/objects/service.ts'
import {filled, read, refused} from './_rules.ts'

const service = (spec: string) => `{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {${spec}}}`
const port = {port: 80, protocol: 'TCP', targetPort: 80}
const own = {internalTrafficPolicy: 'Cluster', ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack'}

test(filled, service('ports: [{port: 80}]'), {
  spec: {ports: [port], type: 'ClusterIP', sessionAffinity: 'None', ...own},
})
test(filled, service('type: LoadBalancer, ports: [{port: 80}]'), {
  spec: {
    ports: [port],
    type: 'LoadBalancer',
    sessionAffinity: 'None',
    externalTrafficPolicy: 'Cluster',
    allocateLoadBalancerNodePorts: true,
    ...own,
  },
})
test(filled, service('type: ExternalName, externalName: my.example.com'), {
  spec: {type: 'ExternalName', externalName: 'my.example.com', sessionAffinity: 'None'},
})
test(filled, service('externalIPs: [198.51.100.32], ports: [{port: 80}]'), {
  spec: {
    externalIPs: ['198.51.100.32'],
    ports: [port],
    type: 'ClusterIP',
    sessionAffinity: 'None',
    externalTrafficPolicy: 'Cluster',
    ...own,
  },
})

test(
  refused,
  service(
    'type: LoadBalancer, loadBalancerSourceRanges: [10.0.0.0/8], loadBalancerClass: example.com/x, loadBalancerIP: 10.0.20.9, externalTrafficPolicy: Local, healthCheckNodePort: 32000, trafficDistribution: PreferClose, ipFamilyPolicy: PreferDualStack, ports: [{port: 80, protocol: SCTP, appProtocol: kubernetes.io/h2c}]',
  ),
)
test(refused, service('type: ExternalName'), 'spec.externalName: Required value')
test(
  refused,
  service('type: ExternalName, externalName: a.b., clusterIP: 10.0.0.1'),
  "spec.clusterIPs: Forbidden: may not be set when `type` is 'ExternalName'",
)
test(
  refused,
  service('externalIPs: [127.0.0.1, x, "::1", "fe80::1", "ff02::1", "0:0::0", "2001:db8::1"], ports: [{port: 80}]'),
  'spec.externalIPs[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
  'spec.externalIPs[1]: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
  'spec.externalIPs[2]: Invalid value: "::1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
  'spec.externalIPs[3]: Invalid value: "fe80::1": may not be in the link-local range (169.254.0.0/16, fe80::/10)',
  'spec.externalIPs[4]: Invalid value: "ff02::1": may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)',
  'spec.externalIPs[5]: Invalid value: "0:0::0": may not be unspecified (0:0::0)',
)
test(
  refused,
  service('type: LoadBalancer, ports: [{name: a, port: 80}, {name: b, port: 10250}]'),
  'spec.ports[1]: Invalid value: 10250: may not expose port 10250 externally since it is used by kubelet',
)
test(refused, service('type: NodePort, ports: [{port: 10250}]'))
test(
  refused,
  service('loadBalancerSourceRanges: [x], loadBalancerClass: a/b, healthCheckNodePort: 30000, ports: [{port: 80}]'),
  'spec.LoadBalancerSourceRanges: Invalid value: "[x]": must be a list of IP ranges. For example, 10.240.0.0/24,10.250.0.0/24',
  "spec.LoadBalancerSourceRanges: Forbidden: may only be used when `type` is 'LoadBalancer'",
  "spec.loadBalancerClass: Forbidden: may only be used when `type` is 'LoadBalancer'",
  "spec.healthCheckNodePort: Invalid value: 30000: may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'",
)
test(
  refused,
  service('ipFamilies: [IPv6, IPv4], ports: [{port: 80}]'),
  `spec.ipFamilyPolicy: Invalid value: "SingleStack": must be 'RequireDualStack' or 'PreferDualStack' when multiple IP families are specified`,
)
test(
  refused,
  service('type: LoadBalancer, clusterIP: None, ports: [{port: 80}]'),
  'spec.clusterIPs[0]: Invalid value: "None": may not be set to \'None\' for LoadBalancer services',
)

const outside = test.macro({
  exec: (t, spec: string, status: Service['status'], expected: string) => {
    const column = kinds.Service.columns.find(({name}) => name === 'External-IP')
    t.is(column?.value({...(read(service(spec)) as Service), ...(status && {status})}, 0), expected)
  },
  title: (_, spec, status, expected) =>
    `${spec} ${status ? 'with an address ' : ''}is seen from outside as ${expected}`,
})
const ports = 'ports: [{port: 80}]'
test(outside, ports, undefined, '<none>')
test(outside, `type: LoadBalancer, ${ports}`, undefined, '<pending>')
test(outside, `type: LoadBalancer, ${ports}`, {loadBalancer: {ingress: [{ip: '10.0.20.9'}]}}, '10.0.20.9')
test(outside, `externalIPs: [198.51.100.32], ${ports}`, undefined, '198.51.100.32')
test(outside, 'type: ExternalName, externalName: my.example.com', undefined, 'my.example.com')

test('what nobody in a lab provides is warned of', t => {
  const warnings = (spec: string) => kinds.Service.warnings?.(read(service(spec)) as Service)
  t.deepEqual(warnings(ports), [])
  t.deepEqual(warnings(`type: LoadBalancer, ${ports}`), [])
  t.deepEqual(warnings(`type: LoadBalancer, loadBalancerClass: example.com/big, ${ports}`), [
    'spec.loadBalancerClass: nobody here has load balancers of the class example.com/big: the address stays pending',
  ])
})
