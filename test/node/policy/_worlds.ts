import fc from 'fast-check'
import type {LabelSelector} from '../../../src/objects/label-selector.ts'
import type {Namespace} from '../../../src/objects/namespace.ts'
import type {NetworkPolicy, NetworkPolicySpec, PolicyPeer, PolicyPort} from '../../../src/objects/network-policy.ts'
import type {Pod} from '../../../src/objects/pod.ts'

/*
 * A small cluster, in which policies often mean the same pods: three namespaces, eight places for pods on two nodes.
 */

export const nodes = ['node1', 'node2'] as const

export function namespaceOf(name: string, labels: Readonly<Record<string, string>> = {}): Namespace {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {name, labels: {'kubernetes.io/metadata.name': name, ...labels}},
  }
}

export const namespaces: readonly Namespace[] = [
  namespaceOf('shop', {team: 'a'}),
  namespaceOf('admin', {team: 'b'}),
  namespaceOf('other'),
]

type PodShape = {
  readonly namespace: string
  readonly labels?: Readonly<Record<string, string>>
  readonly node?: string
  readonly ip: string
  readonly ip6?: string
  readonly http?: number
}

export function podAt(name: string, {namespace, labels = {}, node = 'node1', ip, ip6, http}: PodShape): Pod {
  const ports = http === undefined ? [] : [{name: 'http', containerPort: http}]
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {name, namespace, labels, uid: `${namespace}/${name}`},
    spec: {nodeName: node, containers: [{name: 'main', image: 'busybox', ports}]},
    status: {phase: 'Running', podIP: ip, podIPs: [{ip}, ...(ip6 ? [{ip: ip6}] : [])]},
  }
}

export function policyOf(name: string, namespace: string, spec: Partial<NetworkPolicySpec>): NetworkPolicy {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: {name, namespace},
    spec: {podSelector: {}, ...spec},
  }
}

const labels = fc.record({app: fc.constantFrom('web', 'db'), tier: fc.constantFrom('1', '2')}, {requiredKeys: []})

const selector: fc.Arbitrary<LabelSelector> = fc.oneof(
  fc.constant({}),
  labels.map(matchLabels => ({matchLabels})),
  fc.constantFrom<LabelSelector>(
    {matchExpressions: [{key: 'app', operator: 'In', values: ['web', 'db']}]},
    {matchExpressions: [{key: 'app', operator: 'NotIn', values: ['web']}]},
    {matchExpressions: [{key: 'tier', operator: 'Exists'}]},
    {matchExpressions: [{key: 'tier', operator: 'DoesNotExist'}]},
    {matchLabels: {app: 'web'}, matchExpressions: [{key: 'tier', operator: 'Exists'}]},
  ),
)

const namespaceSelector: fc.Arbitrary<LabelSelector> = fc.constantFrom<LabelSelector>(
  {},
  {matchLabels: {team: 'a'}},
  {matchLabels: {'kubernetes.io/metadata.name': 'admin'}},
  {matchExpressions: [{key: 'team', operator: 'DoesNotExist'}]},
)

const ipBlock = fc.constantFrom<NonNullable<PolicyPeer['ipBlock']>>(
  {cidr: '0.0.0.0/0'},
  {cidr: '0.0.0.0/0', except: ['172.17.12.0/24']},
  {cidr: '172.17.0.0/16', except: ['172.17.12.0/30', '172.17.12.4/30', '172.17.13.2/32']},
  {cidr: '172.17.13.3/32'},
  {cidr: '10.0.0.0/8'},
  {cidr: 'fd00::/64', except: ['fd00::2/128', 'FD00::4/127']},
  {cidr: '::/0', except: ['fd00:0:0::3/128']},
)

const peer: fc.Arbitrary<PolicyPeer> = fc.oneof(
  selector.map(podSelector => ({podSelector})),
  namespaceSelector.map(one => ({namespaceSelector: one})),
  fc.record({podSelector: selector, namespaceSelector}),
  ipBlock.map(block => ({ipBlock: block})),
)

const port = fc.constantFrom<PolicyPort>(
  {port: 80},
  {protocol: 'TCP', port: 81},
  {protocol: 'UDP', port: 80},
  {protocol: 'SCTP', port: 80},
  {protocol: 'TCP'},
  {protocol: 'UDP'},
  {protocol: 'TCP', port: 80, endPort: 82},
  {protocol: 'TCP', port: 82, endPort: 90},
  {port: 'http'},
  {protocol: 'UDP', port: 'http'},
)

const ports = fc.array(port, {maxLength: 3})
const peers = fc.array(peer, {maxLength: 2})

const spec: fc.Arbitrary<NetworkPolicySpec> = fc.record(
  {
    podSelector: selector,
    ingress: fc.array(fc.record({ports, from: peers}, {requiredKeys: []}), {maxLength: 2}),
    egress: fc.array(fc.record({ports, to: peers}, {requiredKeys: []}), {maxLength: 2}),
    policyTypes: fc.constantFrom<NonNullable<NetworkPolicySpec['policyTypes']>>(
      [],
      ['Ingress'],
      ['Egress'],
      ['Ingress', 'Egress'],
    ),
  },
  {requiredKeys: ['podSelector']},
)

const namespaceName = fc.constantFrom('shop', 'admin', 'other')

export const policyLists: fc.Arbitrary<readonly NetworkPolicy[]> = fc
  .array(fc.record({namespace: namespaceName, spec}), {maxLength: 4})
  .map(all => all.map(({namespace, spec: one}, index) => policyOf(`policy-${index}`, namespace, one)))

export const podLists: fc.Arbitrary<readonly Pod[]> = fc
  .array(
    fc.record({
      namespace: namespaceName,
      labels,
      node: fc.constantFrom(...nodes),
      http: fc.constantFrom(80, 81, undefined),
    }),
    {minLength: 2, maxLength: 6},
  )
  .map(all =>
    all.map(({http, labels: own, ...one}, index) =>
      podAt(`pod-${index}`, {
        ...one,
        labels: own as Readonly<Record<string, string>>,
        ip: `172.17.${one.node === 'node1' ? 12 : 13}.${index + 2}`,
        ip6: `fd00::${index + 2}`,
        ...(http !== undefined && {http}),
      }),
    ),
  )
