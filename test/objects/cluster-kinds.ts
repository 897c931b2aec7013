import test from 'ava'
import {filled, refused, unchangeable} from './_rules.ts'

const slice = 'apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: a}'
const lease = 'apiVersion: coordination.k8s.io/v1, kind: Lease, metadata: {name: a}'
const event = 'apiVersion: v1, kind: Event, metadata: {name: a}'

test(filled, `{${slice}, addressType: IPv4, endpoints: [{addresses: [10.0.0.1]}], ports: [{port: 80}, {name: b}]}`, {
  addressType: 'IPv4',
  endpoints: [{addresses: ['10.0.0.1']}],
  ports: [
    {name: '', port: 80, protocol: 'TCP'},
    {name: 'b', protocol: 'TCP'},
  ],
})
test(refused, `{${slice}}`, 'addressType: Required value')
test(
  refused,
  `{${slice}, addressType: IPv5}`,
  'addressType: Unsupported value: "IPv5": supported values: "FQDN", "IPv4", "IPv6"',
)
test(
  refused,
  `{${slice}, addressType: IPv4, endpoints: [{addresses: []}, {addresses: ["::1", 127.0.0.1, 0.0.0.0, 169.254.1.1]}]}`,
  'endpoints[0].addresses: Required value: must contain at least 1 address',
  'endpoints[1].addresses[0]: Invalid value: "::1": must be a valid IPv4 address',
  'endpoints[1].addresses[1]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
  'endpoints[1].addresses[2]: Invalid value: "0.0.0.0": may not be unspecified (0.0.0.0)',
  'endpoints[1].addresses[3]: Invalid value: "169.254.1.1": may not be in the link-local range (169.254.0.0/16, fe80::/10)',
)
test(
  refused,
  `{${slice}, addressType: FQDN, endpoints: [{addresses: [host]}], ports: [{name: a}, {name: a}]}`,
  'endpoints[0].addresses[0]: Invalid value: "host": should be a domain with at least two segments separated by dots',
  'ports[1].name: Duplicate value: "a"',
)
test(refused, `{${slice}, addressType: FQDN, endpoints: [{addresses: [host.example.com]}]}`)
test('a thousand endpoints fit into a slice, one more does not', t => {
  const of = (count: number) =>
    `{${slice}, addressType: IPv4, endpoints: [${Array.from({length: count}, () => '{addresses: [10.0.0.1]}').join(', ')}]}`
  refused.exec(t, of(1000))
  refused.exec(t, of(1001), 'endpoints: Too many: 1001: must have at most 1000 items')
})
test(
  unchangeable,
  `{${slice}, addressType: IPv4}`,
  `{${slice}, addressType: IPv6}`,
  'addressType: Invalid value: "IPv6": field is immutable',
)

test(
  refused,
  `{${lease}, spec: {holderIdentity: node1, leaseDurationSeconds: 40, renewTime: "2025-01-01T00:00:00.000000Z"}}`,
)
test(
  refused,
  `{${lease}, spec: {holderIdentity: "", leaseDurationSeconds: 0, leaseTransitions: -1}}`,
  'spec.holderIdentity: Invalid value: "": must not be empty',
  'spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0',
  'spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0',
)

test(refused, `{${event}, involvedObject: {kind: Pod, name: web, namespace: default}}`)
test(refused, `{${event}, involvedObject: {kind: Node, name: node1}}`)
test(refused, `{${event}}`, 'involvedObject: Required value')
test(
  refused,
  `{${event}, involvedObject: {kind: Pod, name: web, namespace: other}}`,
  'involvedObject.namespace: Invalid value: "other": does not match event.namespace',
)
test(
  refused,
  `{${event}, involvedObject: {kind: Node}, eventTime: "2025-01-01T00:00:00.000000Z", reportingComponent: kubelet, reason: Started, type: Bad}`,
  'reportingInstance: Required value',
  'action: Required value',
  'type: Unsupported value: "Bad": supported values: "Normal", "Warning"',
)
