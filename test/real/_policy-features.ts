import type {NetworkPolicySpec} from '../../src/objects/network-policy.ts'

/*
 * NetworkPolicies, with real packets through real rules:
 *
 *                        10.0.20.0/24, the underlay ── laptop 10.0.20.100
 *        eth0 10.0.20.4 ──────┴────── eth0 10.0.20.11
 *   ┌─ far 172.17.13.0/24 ────┐  ┌─ near 172.17.12.0/24 ─┐
 *   │ shop/api    app=api     │  │ shop/web  app=web     │  web: http 8080/TCP, 8081/UDP
 *   │ friend      role=friend │  │ client                │
 *   │ admin/root  team=ops    │  │                       │
 *   │ hosted, the node itself │  │                       │
 *   └─────────────────────────┘  └───────────────────────┘
 *
 * Services of shop/web: 10.98.0.10:80, node port 30080 (externalTrafficPolicy Local); over UDP
 * 10.98.0.20:53.
 */
export const labFile = `
nodes:
  - {name: far, address: 10.0.20.4, podSubnet: 172.17.13.0/24}
  - {name: near, address: 10.0.20.11, podSubnet: 172.17.12.0/24}
clients:
  - {name: laptop, address: 10.0.20.100}
manifests:
  - {apiVersion: v1, kind: Namespace, metadata: {name: shop}}
  - {apiVersion: v1, kind: Namespace, metadata: {name: admin, labels: {team: ops}}}
  - apiVersion: v1
    kind: Pod
    metadata: {name: web, namespace: shop, labels: {app: web}}
    spec:
      nodeName: near
      containers:
        - {name: main, image: registry.k8s.io/e2e-test-images/agnhost:2.39, args: [netexec], ports: [{name: http, containerPort: 8080}, {containerPort: 8081, protocol: UDP}]}
  - {apiVersion: v1, kind: Pod, metadata: {name: api, namespace: shop, labels: {app: api}}, spec: {nodeName: far, containers: [{name: main, image: nicolaka/netshoot, command: [sleep, infinity]}]}}
  - {apiVersion: v1, kind: Pod, metadata: {name: client}, spec: {nodeName: near, containers: [{name: main, image: nicolaka/netshoot, command: [sleep, infinity]}]}}
  - {apiVersion: v1, kind: Pod, metadata: {name: friend, labels: {role: friend}}, spec: {nodeName: far, containers: [{name: main, image: curlimages/curl, command: [sleep, infinity]}]}}
  - {apiVersion: v1, kind: Pod, metadata: {name: root, namespace: admin}, spec: {nodeName: far, containers: [{name: main, image: curlimages/curl, command: [sleep, infinity]}]}}
  - {apiVersion: v1, kind: Pod, metadata: {name: hosted, labels: {role: friend}}, spec: {hostNetwork: true, nodeName: far, containers: [{name: main, image: curlimages/curl, command: [sleep, infinity]}]}}
  - {apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, spec: {clusterIP: 10.98.0.10, type: NodePort, externalTrafficPolicy: Local, selector: {app: web}, ports: [{port: 80, targetPort: 8080, nodePort: 30080}]}}
  - {apiVersion: v1, kind: Service, metadata: {name: words, namespace: shop}, spec: {clusterIP: 10.98.0.20, selector: {app: web}, ports: [{port: 53, targetPort: 8081, protocol: UDP}]}}
`

export const [http, udp, nobody] = ['8080/TCP', '8081/UDP', '81/TCP']
export const ports = [http, udp, nobody]
export const [web, api, client, friend, root, hosted] = [
  'shop/pod/web',
  'shop/pod/api',
  'pod/client',
  'pod/friend',
  'admin/pod/root',
  'pod/hosted',
]

/** Who does not reach whom: callers by `POD`, for all ports, or by `POD:PORT`. Everybody else does. */
export type Shut = Readonly<Record<string, readonly string[]>>

export type Feature = {
  readonly title: string
  readonly policies: readonly (readonly [namespace: string, spec: Partial<NetworkPolicySpec>])[]
  readonly shut: Shut
}

export const toWeb = (ingress: NonNullable<NetworkPolicySpec['ingress']>): Feature['policies'][number] => [
  'shop',
  {podSelector: {matchLabels: {app: 'web'}}, ingress},
]
export const byLabels = (matchLabels: Readonly<Record<string, string>>) => ({podSelector: {matchLabels}})
const inTeam = (team: string) => ({namespaceSelector: {matchLabels: {team}}})
export const others = [api, client, friend, root, hosted]

export const features: readonly Feature[] = [
  {title: 'without policies everybody reaches everybody', policies: [], shut: {}},
  {
    title: 'default deny for ingress shuts a namespace, but to its own node',
    policies: [['shop', {}]],
    shut: {[web]: others, [api]: [web, client, friend, root]},
  },
  {
    title: 'default deny for egress keeps a namespace in, but its own node is always reached',
    policies: [['admin', {policyTypes: ['Egress']}]],
    shut: {[web]: [root], [api]: [root], [client]: [root], [friend]: [root]},
  },
  {
    title: 'labels let in, at one port alone',
    policies: [toWeb([{from: [byLabels({app: 'api'})], ports: [{port: 8080}]}])],
    shut: {[`${web}:${http}`]: [client, friend, root, hosted], [`${web}:${udp}`]: others, [`${web}:${nobody}`]: others},
  },
  {
    title: 'labels mean pods of the own namespace, and no pod that is its node',
    policies: [toWeb([{from: [byLabels({role: 'friend'})]}])],
    shut: {[web]: others},
  },
  {
    title: "a namespace's labels let in all its pods",
    policies: [toWeb([{from: [inTeam('ops')]}])],
    shut: {[web]: [api, client, friend, hosted]},
  },
  {
    title: 'of one peer both selectors must be met, of two peers one',
    policies: [toWeb([{from: [{...inTeam('ops'), ...byLabels({role: 'friend'})}, byLabels({app: 'api'})]}])],
    shut: {[web]: [client, friend, root, hosted]},
  },
  {
    title: 'expressions choose, too',
    policies: [
      toWeb([
        {
          from: [
            {
              namespaceSelector: {
                matchExpressions: [{key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['admin']}],
              },
              podSelector: {matchExpressions: [{key: 'role', operator: 'DoesNotExist'}]},
            },
          ],
        },
      ]),
    ],
    shut: {[web]: [friend, root, hosted]},
  },
  {
    title: 'a block of addresses lets in, without its exceptions',
    policies: [toWeb([{from: [{ipBlock: {cidr: '172.17.0.0/16', except: ['172.17.13.0/24']}}]}])],
    shut: {[web]: [api, friend, root, hosted]},
  },
  {
    title: 'a port is known by its name in the pod that is called',
    policies: [toWeb([{ports: [{port: 'http'}]}])],
    shut: {[`${web}:${udp}`]: others, [`${web}:${nobody}`]: others},
  },
  {
    title: 'a range of ports has both its ends',
    policies: [toWeb([{ports: [{port: 81, endPort: 8080}]}])],
    shut: {[`${web}:${udp}`]: others},
  },
  {
    title: 'a protocol alone is all its ports',
    policies: [toWeb([{ports: [{protocol: 'UDP'}]}])],
    shut: {[`${web}:${http}`]: others, [`${web}:${nobody}`]: others},
  },
  {
    title: 'who lets in SCTP alone is isolated from TCP and UDP',
    policies: [toWeb([{ports: [{protocol: 'SCTP', port: 8080}]}])],
    shut: {[web]: others},
  },
  {title: 'one empty rule lets everybody in', policies: [toWeb([{}])], shut: {}},
  {
    title: 'policies add up, whatever their order',
    policies: [
      ['shop', {podSelector: {matchLabels: {app: 'web'}}}],
      toWeb([{from: [inTeam('ops')]}]),
      toWeb([{ports: [{port: 8080}]}]),
    ],
    shut: {[`${web}:${udp}`]: [api, client, friend, hosted], [`${web}:${nobody}`]: [api, client, friend, hosted]},
  },
  {
    title: 'egress goes to chosen namespaces and named ports alone',
    policies: [
      [
        'default',
        {
          podSelector: {matchExpressions: [{key: 'role', operator: 'DoesNotExist'}]},
          policyTypes: ['Egress'],
          egress: [
            {
              to: [{namespaceSelector: {matchLabels: {'kubernetes.io/metadata.name': 'shop'}}}],
              ports: [{port: 'http'}],
            },
          ],
        },
      ],
    ],
    shut: {
      ...{[`${web}:${udp}`]: [client], [`${web}:${nobody}`]: [client]},
      ...{[api]: [client], [friend]: [client], [root]: [client], [hosted]: [client]},
    },
  },
  {
    title: 'who may not speak may answer',
    policies: [['shop', {podSelector: {matchLabels: {app: 'web'}}, policyTypes: ['Egress']}]],
    shut: {[api]: [web], [client]: [web], [friend]: [web], [root]: [web], [hosted]: [web]},
  },
  {
    title: 'a connection wants both of its ends to agree',
    policies: [
      toWeb([{from: [{namespaceSelector: {}}]}]),
      [
        'default',
        {podSelector: {matchLabels: {role: 'friend'}}, policyTypes: ['Egress'], egress: [{to: [byLabels({})]}]},
      ],
    ],
    shut: {[web]: [friend, hosted], [api]: [friend], [root]: [friend]},
  },
]
