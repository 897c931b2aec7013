import {affinityMistakes} from './affinity.ts'
import {type Container, containerDefaults, containerMistakes} from './container.ts'
import {equal} from './equal.ts'
import {hostPortMistakes, withHostPorts} from './host-ports.ts'
import {forbidden, type Mistake, type Path, required} from './mistake.ts'
import type {Pod, PodSpec} from './pod.ts'
import {dnsMistakes} from './pod-names.ts'
import {tolerationMistakes} from './toleration.ts'
import {topologySpreadMistakes} from './topology-spread.ts'
import {volumeDefaults, volumeMistakes} from './volume-rules.ts'

export function podSpecDefaults(spec: PodSpec): PodSpec {
  return {
    ...withHostPorts({
      ...spec,
      containers: spec.containers.map(containerDefaults),
      ...(spec.initContainers && {initContainers: spec.initContainers.map(containerDefaults)}),
      ...(spec.volumes && {volumes: spec.volumes.map(volumeDefaults)}),
      ...accountOf(spec),
    }),
    restartPolicy: spec.restartPolicy ?? 'Always',
    terminationGracePeriodSeconds: spec.terminationGracePeriodSeconds ?? 30,
    dnsPolicy: spec.dnsPolicy ?? 'ClusterFirst',
    schedulerName: spec.schedulerName ?? 'default-scheduler',
    securityContext: spec.securityContext ?? {},
  }
}

/* `serviceAccount` is the name that the field had at first; the API server shows both. */
function accountOf({serviceAccountName, serviceAccount}: PodSpec): Partial<PodSpec> {
  const name = serviceAccountName ?? serviceAccount
  return name === undefined ? {} : {serviceAccountName: name, serviceAccount: name}
}

export function podSpecMistakes(spec: PodSpec, path: Path): Mistake[] {
  const containers = [...path, 'containers']
  const {initContainers = [], terminationGracePeriodSeconds = 30} = spec
  return [
    ...(spec.containers.length === 0 ? [required(containers)] : []),
    ...containerMistakes(spec, path, terminationGracePeriodSeconds),
    ...hostPortMistakes(spec, containers),
    ...hostPortMistakes({...spec, containers: initContainers}, [...path, 'initContainers']),
    ...volumeMistakes(spec.volumes ?? [], [...path, 'volumes']),
    ...dnsMistakes(spec, path),
    ...affinityMistakes(spec.affinity ?? {}, [...path, 'affinity']),
    ...tolerationMistakes(spec.tolerations ?? [], [...path, 'tolerations']),
    ...topologySpreadMistakes(spec.topologySpreadConstraints ?? [], [...path, 'topologySpreadConstraints']),
    ...(spec.hostNetwork && spec.shareProcessNamespace
      ? [forbidden([...path, 'shareProcessNamespace'], "podlab does not support it for pods in their node's network")]
      : []),
  ]
}

/** What the resources that the containers ask for make of the pod; podlab shows it and gives it no meaning. */
export function qualityOf({containers, initContainers = []}: PodSpec): 'BestEffort' | 'Burstable' | 'Guaranteed' {
  const asked = [...containers, ...initContainers].map(({resources: {requests = {}, limits = {}} = {}}) => ({
    requests: {...limits, ...requests},
    limits,
  }))
  if (asked.every(({requests}) => Object.keys(requests).length === 0)) return 'BestEffort'
  const fixed = asked.every(({requests, limits}) => 'cpu' in limits && 'memory' in limits && equal(requests, limits))
  return fixed ? 'Guaranteed' : 'Burstable'
}

const updatable =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)'

/** A pod is what it was made as. Kubernetes lets its images change; podlab does not restart a container for that. */
export function podUpdateMistakes({spec}: Pod, {spec: before}: Pod): Mistake[] {
  if (equal({...spec, tolerations: added(spec, before)}, before)) return []
  const imagesOnly = equal(withoutImages(spec), withoutImages(before))
  return [
    forbidden(
      ['spec'],
      imagesOnly ? 'podlab does not support changing the image of a pod; delete it and make another' : updatable,
    ),
  ]
}

/* The tolerations as they were, when all of them are still there: more may be added to them. */
function added({tolerations = []}: PodSpec, before: PodSpec): PodSpec['tolerations'] {
  const kept = before.tolerations?.every(one => tolerations.some(other => equal(one, other))) ?? true
  return kept ? before.tolerations : tolerations
}

function withoutImages(spec: PodSpec): unknown {
  const {containers, initContainers = []} = spec
  const withoutImage = (container: Container) => ({...container, image: '', imagePullPolicy: ''})
  return {...spec, containers: containers.map(withoutImage), initContainers: initContainers.map(withoutImage)}
}
