import {affinitySchema} from './affinity.ts'
import {conditionsSchema} from './condition.ts'
import {containerSchema, ephemeralContainerSchema} from './container.ts'
import {dnsLabel, dnsSubdomain, ipAddress, labelValue, qualifiedName} from './format.ts'
import {
  anything,
  boolean,
  integer,
  list,
  listBy,
  map,
  oneOf,
  record,
  type Schema,
  string,
  text,
  unsupported,
} from './schema.ts'
import {podSecuritySchema} from './security-context.ts'
import {tolerationsSchema} from './toleration.ts'
import {topologySpreadSchema} from './topology-spread.ts'
import {volumesSchema} from './volume.ts'

const hostNamespaces = unsupported("pods in their node's namespaces")

export const podSpecSchema: Schema = record(
  {
    containers: listBy(['name'], containerSchema),
    initContainers: listBy(['name'], containerSchema),
    ephemeralContainers: listBy(['name'], ephemeralContainerSchema),
    volumes: volumesSchema,
    restartPolicy: oneOf('Always', 'OnFailure', 'Never'),
    terminationGracePeriodSeconds: integer(0),
    activeDeadlineSeconds: integer(1, 2 ** 31 - 1, 'must be between 1 and 2147483647, inclusive'),
    // Who it is, and where it may run.
    serviceAccountName: text(dnsSubdomain),
    serviceAccount: text(dnsSubdomain),
    automountServiceAccountToken: boolean,
    imagePullSecrets: listBy(['name'], record({name: string})),
    nodeName: text(dnsSubdomain),
    nodeSelector: map(text(labelValue), qualifiedName),
    affinity: affinitySchema,
    tolerations: tolerationsSchema,
    topologySpreadConstraints: topologySpreadSchema,
    schedulerName: text(qualifiedName),
    priorityClassName: string,
    priority: integer(-(2 ** 31)),
    preemptionPolicy: oneOf('Never', 'PreemptLowerPriority'),
    runtimeClassName: text(dnsSubdomain),
    os: record({name: oneOf('linux')}, ['name']),
    securityContext: podSecuritySchema,
    // Its network and its names.
    hostNetwork: boolean,
    hostname: text(dnsLabel),
    subdomain: text(dnsLabel),
    setHostnameAsFQDN: boolean,
    hostAliases: listBy(['ip'], record({ip: text(ipAddress), hostnames: list(text(dnsSubdomain))}, ['ip'])),
    dnsPolicy: oneOf('ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'),
    dnsConfig: record({
      nameservers: list(text(ipAddress)),
      searches: list(string),
      options: list(record({name: string, value: string})),
    }),
    enableServiceLinks: boolean,
    readinessGates: list(record({conditionType: text(qualifiedName)}, ['conditionType'])),
    shareProcessNamespace: boolean,
    // The rest of Kubernetes' pod is refused by name: nothing that a manifest asks for is ignored.
    hostIPC: hostNamespaces,
    hostPID: hostNamespaces,
    hostUsers: unsupported('user namespaces of pods'),
    overhead: unsupported('pod overhead'),
    resourceClaims: unsupported('resource claims'),
    resources: unsupported('resources of whole pods'),
    schedulingGates: unsupported('scheduling gates'),
  },
  ['containers'],
)

const addresses = listBy(['ip'], record({ip: string}, ['ip']))

const podStatusSchema: Schema = record({
  conditions: conditionsSchema,
  containerStatuses: list(anything),
  ephemeralContainerStatuses: list(anything),
  hostIP: string,
  hostIPs: addresses,
  initContainerStatuses: list(anything),
  message: string,
  nominatedNodeName: string,
  observedGeneration: anything,
  phase: oneOf('Pending', 'Running', 'Succeeded', 'Failed', 'Unknown'),
  podIP: string,
  podIPs: addresses,
  qosClass: string,
  reason: string,
  resize: string,
  resourceClaimStatuses: list(anything),
  startTime: string,
})

export const podFields: Readonly<Record<string, Schema>> = {spec: podSpecSchema, status: podStatusSchema}
