import type {DaemonSet, DaemonSetSpec} from '../../src/objects/daemon-set.ts'
import type {Deployment, DeploymentSpec} from '../../src/objects/deployment.ts'
import {
  type EndpointSlice,
  type SliceEndpoint,
  type SlicePort,
  serviceNameLabel,
} from '../../src/objects/endpoint-slice.ts'
import type {Job, JobSpec} from '../../src/objects/job.ts'
import type {Namespace} from '../../src/objects/namespace.ts'
import type {Node} from '../../src/objects/node.ts'
import type {Pod} from '../../src/objects/pod.ts'
import type {ReplicaSet} from '../../src/objects/replica-set.ts'
import type {Service, ServiceSpec} from '../../src/objects/service.ts'
import type {StatefulSet, StatefulSetSpec} from '../../src/objects/stateful-set.ts'

/** Small objects for tests; `with` replaces parts of what is usual. */

export function samplePod(name: string, {labels, spec, status, uid}: PodParts = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {name, namespace: 'default', ...(labels && {labels}), ...(uid && {uid})},
    spec: {containers: [{name: 'kubia', image: 'luksa/kubia', ports: [{name: 'http', containerPort: 8080}]}], ...spec},
    ...(status && {status}),
  }
}

type PodParts = {
  readonly labels?: Readonly<Record<string, string>>
  readonly spec?: Partial<Pod['spec']>
  readonly status?: Pod['status']
  readonly uid?: string
}

export function sampleService(name: string, spec: ServiceSpec = {}): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {name, namespace: 'default'},
    spec: {selector: {app: 'kubia'}, ports: [{port: 80, targetPort: 8080}], ...spec},
  }
}

/** A slice of a service; an endpoint that is an address alone says nothing of its state. */
export function sampleSlice(
  service: string,
  endpoints: readonly (string | SliceEndpoint)[],
  {ports = [{name: '', port: 8080, protocol: 'TCP'}], name = `${service}-2x7rt`}: SliceParts = {},
): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {name, namespace: 'default', labels: {[serviceNameLabel]: service}},
    addressType: 'IPv4',
    endpoints: endpoints.map(one => (typeof one === 'string' ? {addresses: [one]} : one)),
    ports,
  }
}

type SliceParts = {readonly ports?: readonly SlicePort[]; readonly name?: string}

export function sampleReplicaSet(name: string, replicas: number, app = 'kubia'): ReplicaSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {name, namespace: 'default'},
    spec: {
      replicas,
      selector: {matchLabels: {app}},
      template: {metadata: {labels: {app}}, spec: {containers: [{name: 'kubia', image: 'luksa/kubia'}]}},
    },
  }
}

export function sampleNode(name: string, spec: Node['spec'] = {}): Node {
  return {apiVersion: 'v1', kind: 'Node', metadata: {name}, spec}
}

export function sampleNamespace(name: string): Namespace {
  return {apiVersion: 'v1', kind: 'Namespace', metadata: {name}}
}

export function sampleDeployment(
  name: string,
  spec: Partial<DeploymentSpec> = {},
  image = 'luksa/kubia:v1',
): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {name, namespace: 'default'},
    spec: {selector: {matchLabels: {app: name}}, template: templateOf(name, image), ...spec},
  }
}

export function sampleDaemonSet(name: string, spec: Partial<DaemonSetSpec> = {}, image = 'luksa/kubia:v1'): DaemonSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: {name, namespace: 'default'},
    spec: {selector: {matchLabels: {app: name}}, template: templateOf(name, image), ...spec},
  }
}

export function sampleStatefulSet(
  name: string,
  spec: Partial<StatefulSetSpec> = {},
  image = 'luksa/kubia:v1',
): StatefulSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: {name, namespace: 'default'},
    spec: {selector: {matchLabels: {app: name}}, template: templateOf(name, image), serviceName: name, ...spec},
  }
}

export function sampleJob(name: string, spec: Partial<JobSpec> = {}): Job {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {name, namespace: 'default'},
    spec: {template: {spec: {restartPolicy: 'Never', containers: [{name: 'main', image: 'busybox'}]}}, ...spec},
  }
}

export function templateOf(app: string, image: string) {
  return {metadata: {labels: {app}}, spec: {containers: [{name: 'kubia', image}]}}
}
