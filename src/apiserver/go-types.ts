/**
 * What the API server's own types are called. Its messages name them when a value has the wrong type: `cannot unmarshal number into Go
 * struct field Container.spec.containers.image of type string`.
 */
export function structAt(kind: string, path: readonly string[]): string {
  const last = path.at(-1)
  if (last === undefined) return kind
  if (last === 'spec' || last === 'status')
    return path.at(-2) === 'template' ? 'PodSpec' : `${kind}${last === 'spec' ? 'Spec' : 'Status'}`
  if (last === 'ports' && kind === 'Service') return 'ServicePort'
  if (last === 'ports' && kind === 'Endpoints') return 'EndpointPort'
  return structs[last] ?? `${last.charAt(0).toUpperCase()}${last.slice(1)}`
}

const structs: Readonly<Record<string, string>> = {
  metadata: 'ObjectMeta',
  ownerReferences: 'OwnerReference',
  template: 'PodTemplateSpec',
  selector: 'LabelSelector',
  matchExpressions: 'LabelSelectorRequirement',
  containers: 'Container',
  initContainers: 'Container',
  ephemeralContainers: 'EphemeralContainer',
  ports: 'ContainerPort',
  env: 'EnvVar',
  envFrom: 'EnvFromSource',
  valueFrom: 'EnvVarSource',
  resources: 'ResourceRequirements',
  livenessProbe: 'Probe',
  readinessProbe: 'Probe',
  startupProbe: 'Probe',
  httpGet: 'HTTPGetAction',
  tcpSocket: 'TCPSocketAction',
  exec: 'ExecAction',
  volumes: 'Volume',
  volumeMounts: 'VolumeMount',
  tolerations: 'Toleration',
  taints: 'Taint',
  subsets: 'EndpointSubset',
  addresses: 'EndpointAddress',
  notReadyAddresses: 'EndpointAddress',
  securityContext: 'SecurityContext',
}
