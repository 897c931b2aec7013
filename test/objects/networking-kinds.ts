import test from 'ava'
import type {Ingress} from '../../src/objects/ingress.ts'
import {kinds} from '../../src/objects/kinds.ts'
import {filled, read, refused, unchangeable} from './_rules.ts'

const policy = 'apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: a}'
const ingress = 'apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: a}'
const ingressClass = 'apiVersion: networking.k8s.io/v1, kind: IngressClass, metadata: {name: a}'
const budget = 'apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: a}'

test(filled, `{${policy}, spec: {podSelector: {}}}`, {spec: {podSelector: {}, policyTypes: ['Ingress']}})
test(filled, `{${policy}, spec: {egress: [{ports: [{port: 53}]}]}}`, {
  spec: {podSelector: {}, egress: [{ports: [{port: 53, protocol: 'TCP'}]}], policyTypes: ['Ingress', 'Egress']},
})
test(filled, `{${policy}, spec: {podSelector: {}, policyTypes: [Egress]}}`, {
  spec: {podSelector: {}, policyTypes: ['Egress']},
})
test(
  refused,
  `{${policy}, spec: {ingress: [{from: [{podSelector: {}, namespaceSelector: {}}, {ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}], ports: [{port: 32000, endPort: 32768, protocol: UDP}, {port: http}, {}]}]}}`,
)
test(
  refused,
  `{${policy}, spec: {podSelector: {matchExpressions: [{key: a, operator: In}, {key: a, operator: NotIn, values: []}, {key: a, operator: Exists, values: [x]}, {key: a, operator: DoesNotExist}]}}}`,
  "spec.podSelector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
  "spec.podSelector.matchExpressions[1].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
  "spec.podSelector.matchExpressions[2].values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
)
test(
  refused,
  `{${policy}, spec: {egress: [{to: [{podSelector: {matchExpressions: [{key: a, operator: In}]}, namespaceSelector: {matchExpressions: [{key: a, operator: Exists, values: [x]}]}}]}]}}`,
  "spec.egress[0].to[0].podSelector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
  "spec.egress[0].to[0].namespaceSelector.matchExpressions[0].values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
)
test(
  refused,
  `{${policy}, spec: {ingress: [{from: [{}, {podSelector: {}, ipBlock: {cidr: 10.0.0.0/8}}]}]}}`,
  'spec.ingress[0].from[0]: Required value: must specify a peer',
  'spec.ingress[0].from[1]: Forbidden: may not specify both ipBlock and another peer',
)
test(
  refused,
  `{${policy}, spec: {egress: [{to: [{ipBlock: {cidr: 300.0.0.0/8}}, {ipBlock: {cidr: 10.0.0.0/24, except: [10.0.0.0/24, 10.0.1.0/25, x, 10.0.0.128/25]}}]}]}}`,
  'spec.egress[0].to[0].ipBlock.cidr: Invalid value: "300.0.0.0/8": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
  'spec.egress[0].to[1].ipBlock.except[0]: Invalid value: "10.0.0.0/24": must be a strict subset of `cidr`',
  'spec.egress[0].to[1].ipBlock.except[1]: Invalid value: "10.0.1.0/25": must be a strict subset of `cidr`',
  'spec.egress[0].to[1].ipBlock.except[2]: Invalid value: "x": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
)
test(
  refused,
  `{${policy}, spec: {ingress: [{ports: [{endPort: 80}, {port: http, endPort: 80}, {port: 80, endPort: 79}]}]}}`,
  'spec.ingress[0].ports[0].endPort: Invalid value: 80: may not be specified when `port` is not specified',
  'spec.ingress[0].ports[1].endPort: Invalid value: 80: may not be specified when `port` is non-numeric',
  'spec.ingress[0].ports[2].endPort: Invalid value: 80: must be greater than or equal to `port`',
)
test(
  refused,
  `{${policy}, spec: {policyTypes: [ingress]}}`,
  'spec.policyTypes[0]: Unsupported value: "ingress": supported values: "Ingress", "Egress"',
)
test(
  refused,
  `{${policy}, spec: {ingress: [{ports: [{protocol: ICMP, port: 70000}]}]}}`,
  'spec.ingress[0].ports[0].protocol: Unsupported value: "ICMP": supported values: "TCP", "UDP", "SCTP"',
  'spec.ingress[0].ports[0].port: Invalid value: 70000: must be between 1 and 65535, inclusive',
)

test(
  refused,
  `{${policy}, spec: {egress: [{to: [{ipBlock: {cidr: "2001:db8::/32", except: ["2001:db8:1::/48"]}}, {ipBlock: {cidr: "::/0"}}]}]}}`,
)
test(
  refused,
  `{${policy}, spec: {egress: [{to: [{ipBlock: {cidr: "2001:db8::1/32"}}, {ipBlock: {cidr: "2001:db8::/129"}}, {ipBlock: {cidr: "2001:db8::/32", except: [10.0.0.0/8, "::/0"]}}]}]}}`,
  'spec.egress[0].to[0].ipBlock.cidr: Invalid value: "2001:db8::1/32": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
  'spec.egress[0].to[1].ipBlock.cidr: Invalid value: "2001:db8::/129": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
  'spec.egress[0].to[2].ipBlock.except[0]: Invalid value: "10.0.0.0/8": must be a strict subset of `cidr`',
  'spec.egress[0].to[2].ipBlock.except[1]: Invalid value: "::/0": must be a strict subset of `cidr`',
)

const backend = 'backend: {service: {name: web, port: {number: 80}}}'
test(
  refused,
  `{${ingress}, spec: {rules: [{host: "*.example.com", http: {paths: [{path: /, pathType: Prefix, ${backend}}]}}]}}`,
)
test(
  refused,
  `{${ingress}, spec: {}}`,
  'spec: Invalid value: []networking.IngressRule(nil): either `defaultBackend` or `rules` must be specified',
)
test(
  refused,
  `{${ingress}, spec: {rules: [{host: 10.0.0.1, http: {paths: [{path: a, ${backend}}, {path: a//b, pathType: Exact, backend: {service: {name: web}}}]}}]}}`,
  'spec.rules[0].host: Invalid value: "10.0.0.1": must be a DNS name, not an IP address',
  'spec.rules[0].http.paths[0].pathType: Required value: pathType must be specified',
  'spec.rules[0].http.paths[1].path: Invalid value: "a//b": must be an absolute path',
  'spec.rules[0].http.paths[1].path: Invalid value: "a//b": must not contain \'//\'',
  'spec.rules[0].http.paths[1].backend: Required value: port name or number is required',
)
test(refused, `{${ingressClass}, spec: {}}`, 'spec.controller: Required value')
test(
  unchangeable,
  `{${ingressClass}, spec: {controller: a.b/c}}`,
  `{${ingressClass}, spec: {controller: a.b/d}}`,
  'spec.controller: Invalid value: "a.b/d": field is immutable',
)
test(refused, `{${budget}, spec: {minAvailable: 50%, selector: {matchLabels: {a: b}}}}`)
test(
  refused,
  `{${budget}, spec: {minAvailable: -1}}`,
  'spec.minAvailable: Invalid value: -1: must be greater than or equal to 0',
)

test('what nobody in a lab makes true is warned of', t => {
  t.is(
    kinds.Ingress.warnings?.(
      read(`{${ingress}, spec: {defaultBackend: {service: {name: a, port: {number: 1}}}}}`) as Ingress,
    ).length,
    1,
  )
})
