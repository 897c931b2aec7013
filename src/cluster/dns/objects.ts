import type {Lab} from '../../lab/lab.ts'
import {nth} from '../../net/cidr.ts'
import {addressFrom} from '../../node/pods/address-wish.ts'
import type {Deployment} from '../../objects/deployment.ts'
import type {KubeObjectAny} from '../../objects/kinds.ts'
import type {Service} from '../../objects/service.ts'
import {kubeadmCorefile} from './corefile.ts'

/*
 * The cluster's DNS, as kubeadm makes it: a Service at the tenth address of the service range, and two pods behind it, on two nodes if
 * there are two. They are pods like others: queries travel by docker0, flannel and kube-proxy, and are lost where those are broken.
 */
const namespace = 'kube-system'
const labels = {'k8s-app': 'kube-dns'}

/** What a lab's DNS is known by: to be applied before the lab's own objects, so that nobody else is given its address. */
export function dnsService({cluster}: Lab): readonly KubeObjectAny[] {
  const service: Service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      ...{name: 'kube-dns', namespace},
      labels: {...labels, 'kubernetes.io/cluster-service': 'true', 'kubernetes.io/name': 'CoreDNS'},
      annotations: {'prometheus.io/port': '9153', 'prometheus.io/scrape': 'true'},
    },
    spec: {
      clusterIP: nth(cluster.serviceRange, 10),
      selector: labels,
      ports: [
        {name: 'dns', port: 53, protocol: 'UDP', targetPort: 53},
        {name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 53},
        {name: 'metrics', port: 9153, protocol: 'TCP', targetPort: 9153},
      ],
    },
  }
  return cluster.dns ? [service] : []
}

/** What answers: to be applied after the lab's own objects, whose pods are started first. */
export function dnsServers({cluster: {dns}}: Lab): readonly KubeObjectAny[] {
  if (!dns) return []
  const {corefile = kubeadmCorefile, server} = dns
  const Corefile = corefile.endsWith('\n') ? corefile : `${corefile}\n`
  return [
    {apiVersion: 'v1', kind: 'ServiceAccount', metadata: {name: 'coredns', namespace}},
    {apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: 'coredns', namespace}, data: {Corefile}},
    deployment(containers[server]),
  ]
}

/** What a lab calls the image that is this machine's CoreDNS; podlab's catalogue has no such name. */
export const realCoredns = 'coredns/coredns'

/*
 * The real one is ready when it has read all it needs from the API server, a second after its start or two. A kubelet that asked it once in ten
 * seconds would keep a lab waiting.
 */
const containers = {
  podlab: {image: 'registry.k8s.io/coredns/coredns:v1.11.3', readiness: {}},
  coredns: {image: `${realCoredns}:latest`, readiness: {periodSeconds: 1, failureThreshold: 30}},
} as const

type Server = (typeof containers)[keyof typeof containers]

function deployment(server: Server): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {name: 'coredns', namespace, labels},
    spec: {
      replicas: 2,
      strategy: {type: 'RollingUpdate', rollingUpdate: {maxUnavailable: 1}},
      selector: {matchLabels: labels},
      template: {
        metadata: {labels, annotations: {[addressFrom]: 'end'}},
        spec: {
          affinity: {podAntiAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [apart]}},
          priorityClassName: 'system-cluster-critical',
          serviceAccountName: 'coredns',
          tolerations: [
            {key: 'CriticalAddonsOnly', operator: 'Exists'},
            {key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule'},
          ],
          nodeSelector: {'kubernetes.io/os': 'linux'},
          dnsPolicy: 'Default',
          volumes: [
            {name: 'config-volume', configMap: {name: 'coredns', items: [{key: 'Corefile', path: 'Corefile'}]}},
          ],
          containers: [container(server)],
        },
      },
    },
  }
}

const apart = {
  weight: 100,
  podAffinityTerm: {
    labelSelector: {matchExpressions: [{key: 'k8s-app', operator: 'In' as const, values: ['kube-dns']}]},
    topologyKey: 'kubernetes.io/hostname',
  },
}

function container({image, readiness}: Server) {
  return {
    name: 'coredns',
    image,
    imagePullPolicy: 'IfNotPresent' as const,
    resources: {limits: {memory: '170Mi'}, requests: {cpu: '100m', memory: '70Mi'}},
    args: ['-conf', '/etc/coredns/Corefile'],
    volumeMounts: [{name: 'config-volume', mountPath: '/etc/coredns', readOnly: true}],
    ports: [
      {name: 'dns', containerPort: 53, protocol: 'UDP' as const},
      {name: 'dns-tcp', containerPort: 53, protocol: 'TCP' as const},
      {name: 'metrics', containerPort: 9153, protocol: 'TCP' as const},
    ],
    livenessProbe: {
      httpGet: {path: '/health', port: 8080, scheme: 'HTTP' as const},
      ...{initialDelaySeconds: 60, timeoutSeconds: 5, successThreshold: 1, failureThreshold: 5},
    },
    readinessProbe: {httpGet: {path: '/ready', port: 8181, scheme: 'HTTP' as const}, ...readiness},
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: {add: ['NET_BIND_SERVICE'], drop: ['ALL']},
      readOnlyRootFilesystem: true,
    },
  }
}
