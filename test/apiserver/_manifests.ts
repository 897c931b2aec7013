import {parseAllDocuments} from 'yaml'

/** An object of every kind that people write, with most of what can be said in it. */
export const manifests: readonly Manifest[] = parseAllDocuments(`
{apiVersion: v1, kind: Pod, metadata: {name: p, labels: {a: b}, annotations: {x: y}, finalizers: [a.b/c], ownerReferences: [{apiVersion: v1, kind: Pod, name: o, uid: u}]},
 spec: {nodeName: n, hostname: h, subdomain: s, hostNetwork: false, dnsPolicy: None, dnsConfig: {nameservers: [1.1.1.1], searches: [a.b], options: [{name: ndots, value: "2"}]},
  hostAliases: [{ip: 1.2.3.4, hostnames: [a]}], nodeSelector: {a: b}, tolerations: [{key: k, operator: Exists, effect: NoExecute, tolerationSeconds: 3}],
  topologySpreadConstraints: [{maxSkew: 1, topologyKey: k, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {a: b}}}],
  affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: k, operator: In, values: [v]}]}]}},
   podAntiAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, podAffinityTerm: {topologyKey: k, labelSelector: {matchExpressions: [{key: a, operator: Exists}]}}}]}},
  securityContext: {runAsUser: 1, sysctls: [{name: a, value: b}]}, restartPolicy: Always, readinessGates: [{conditionType: a.b/c}], terminationGracePeriodSeconds: 3,
  initContainers: [{name: i, image: busybox, command: [a]}],
  containers: [{name: c, image: nginx, command: [a], args: [b], workingDir: /x, ports: [{name: http, containerPort: 80, protocol: TCP}],
   env: [{name: A, value: b}, {name: B, valueFrom: {fieldRef: {fieldPath: metadata.name}}}, {name: C, valueFrom: {configMapKeyRef: {name: m, key: k}}}], envFrom: [{prefix: P_, configMapRef: {name: m}}],
   resources: {requests: {cpu: 100m, memory: 1Mi}, limits: {cpu: "1"}}, volumeMounts: [{name: v, mountPath: /v, subPath: a, readOnly: true}], imagePullPolicy: Always,
   livenessProbe: {httpGet: {path: /, port: http, httpHeaders: [{name: a, value: b}]}, periodSeconds: 1}, readinessProbe: {exec: {command: [a]}}, startupProbe: {tcpSocket: {port: 80}},
   lifecycle: {preStop: {exec: {command: [a]}}}, securityContext: {privileged: false, capabilities: {add: [NET_ADMIN]}}}],
  volumes: [{name: v, configMap: {name: m, items: [{key: k, path: p}], defaultMode: 420}}, {name: w, emptyDir: {}}, {name: x, secret: {secretName: s}}, {name: y, projected: {sources: [{configMap: {name: m}}]}}]}}
---
{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {type: LoadBalancer, loadBalancerSourceRanges: [10.0.0.0/8], selector: {a: b}, ports: [{name: http, port: 80, targetPort: http, nodePort: 30080, protocol: TCP}], sessionAffinity: ClientIP, sessionAffinityConfig: {clientIP: {timeoutSeconds: 3}}, externalIPs: [1.2.3.4], externalTrafficPolicy: Local, internalTrafficPolicy: Cluster, ipFamilies: [IPv4], ipFamilyPolicy: SingleStack}}
---
{apiVersion: v1, kind: Endpoints, metadata: {name: e}, subsets: [{addresses: [{ip: 1.2.3.4, nodeName: n, targetRef: {kind: Pod, name: p}}], notReadyAddresses: [{ip: 1.2.3.5}], ports: [{name: http, port: 80, protocol: TCP}]}]}
---
{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: es}, addressType: IPv4, endpoints: [{addresses: [1.2.3.4], conditions: {ready: true}, hostname: h, nodeName: n, zone: z, hints: {forZones: [{name: z}]}}], ports: [{name: http, port: 80, protocol: TCP, appProtocol: http}]}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: m}, data: {k: v}, binaryData: {b: AAAA}, immutable: false}
---
{apiVersion: v1, kind: Secret, metadata: {name: s}, type: kubernetes.io/tls, data: {tls.crt: AAAA, tls.key: AAAA}, stringData: {k: v}}
---
{apiVersion: v1, kind: ServiceAccount, metadata: {name: a}, secrets: [{name: s}], imagePullSecrets: [{name: s}], automountServiceAccountToken: true}
---
{apiVersion: v1, kind: Event, metadata: {name: e}, involvedObject: {kind: Pod, name: p, namespace: default}, reason: R, message: m, type: Normal, count: 1, firstTimestamp: "2026-01-01T00:00:00Z", source: {component: c}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: n}, spec: {finalizers: [kubernetes]}}
---
{apiVersion: v1, kind: Node, metadata: {name: n}, spec: {podCIDR: 10.0.0.0/24, unschedulable: true, taints: [{key: k, value: v, effect: NoSchedule}]}, status: {addresses: [{type: InternalIP, address: 1.2.3.4}], capacity: {cpu: "1"}}}
---
{apiVersion: v1, kind: ReplicationController, metadata: {name: rc}, spec: {replicas: 1, selector: {a: b}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: nginx}]}}}}
---
{apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: rs}, spec: {replicas: 1, minReadySeconds: 1, selector: {matchLabels: {a: b}, matchExpressions: [{key: a, operator: In, values: [b]}]}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: nginx}]}}}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: d}, spec: {replicas: 1, selector: {matchLabels: {a: b}}, strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 25%, maxUnavailable: 1}}, revisionHistoryLimit: 1, progressDeadlineSeconds: 60, paused: false, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: nginx}]}}}}
---
{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: ds}, spec: {selector: {matchLabels: {a: b}}, updateStrategy: {type: RollingUpdate, rollingUpdate: {maxUnavailable: 1}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: nginx}]}}}}
---
{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: ss}, spec: {serviceName: s, replicas: 1, podManagementPolicy: Parallel, selector: {matchLabels: {a: b}}, updateStrategy: {type: RollingUpdate, rollingUpdate: {partition: 1}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: nginx}]}}}}
---
{apiVersion: batch/v1, kind: Job, metadata: {name: j}, spec: {parallelism: 1, completions: 2, backoffLimit: 3, activeDeadlineSeconds: 4, ttlSecondsAfterFinished: 5, template: {spec: {restartPolicy: Never, containers: [{name: c, image: nginx}]}}}}
---
{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: i}, spec: {ingressClassName: c, tls: [{hosts: [a.b], secretName: s}], defaultBackend: {service: {name: s, port: {number: 80}}}, rules: [{host: a.b, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: s, port: {name: http}}}}]}}]}}
---
{apiVersion: networking.k8s.io/v1, kind: IngressClass, metadata: {name: c}, spec: {controller: a.b/c, parameters: {apiGroup: a.b, kind: K, name: n}}}
---
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: np}, spec: {podSelector: {matchLabels: {a: b}}, policyTypes: [Ingress, Egress], ingress: [{from: [{podSelector: {}}, {ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}], ports: [{port: 80, endPort: 90, protocol: TCP}]}], egress: [{to: [{namespaceSelector: {matchLabels: {a: b}}}]}]}}
---
{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: pdb}, spec: {minAvailable: 50%, selector: {matchLabels: {a: b}}, unhealthyPodEvictionPolicy: AlwaysAllow}}
---
{apiVersion: coordination.k8s.io/v1, kind: Lease, metadata: {name: l}, spec: {holderIdentity: h, leaseDurationSeconds: 40, renewTime: "2026-01-01T00:00:00.000000Z", acquireTime: "2026-01-01T00:00:00.000000Z", leaseTransitions: 1}}
`).map(document => document.toJS())

export type Manifest = {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {readonly name: string}
}

/** Where a part of an object lies: `['spec', 'containers', 0]`. */
export type Path = readonly (string | number)[]

/** Every place in an object. */
export function pathsIn(value: unknown, at: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [at]
  const entries: readonly (readonly [string | number, unknown])[] = Array.isArray(value)
    ? value.map((item, index) => [index, item] as const)
    : Object.entries(value)
  return [at, ...entries.flatMap(([key, inner]) => pathsIn(inner, [...at, key]))]
}

/** The object with something else in that place. */
export function replacedAt(object: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value
  if (Array.isArray(object)) return object.map((item, index) => (index === key ? replacedAt(item, rest, value) : item))
  const record = object as Readonly<Record<string, unknown>>
  return {...record, [key]: replacedAt(record[key], rest, value)}
}
