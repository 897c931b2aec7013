import type {Container} from '../../objects/container.ts'
import type {Pod} from '../../objects/pod.ts'
import type {ProbeKind} from '../../objects/probe.ts'
import type {Happening} from '../../objects/recorded-event.ts'
import {RuntimeError} from '../runtime/runtime.ts'
import {ContainerError} from './container-error.ts'
import {isEphemeral, isInit} from './pod-life.ts'
import type {ContainerPlace, PodTable} from './pod-table.ts'

/** What the kubelet says of a pod or of one of its containers; normal unless it warns. */
export type Said = Pick<Happening, 'reason' | 'message'> & {readonly type?: Happening['type']}

/** Tells of a pod. */
export function tellOfPod({context}: PodTable, pod: Pod, said: Said): void {
  context.recorder.record(pod, {component: 'kubelet', type: 'Normal', ...said})
}

/** Tells of a container of a pod that lives here, one thing after the other. */
export function tellOf(table: PodTable, {uid, name}: ContainerPlace, ...all: readonly Said[]): void {
  const pod = table.lives.get(uid)?.pod
  if (!pod) return
  const fieldPath = `spec.${listOf(pod, name)}{${name}}`
  for (const said of all) table.context.recorder.record(pod, {component: 'kubelet', type: 'Normal', ...said, fieldPath})
}

function listOf(pod: Pod, name: string): string {
  if (isInit(pod, name)) return 'initContainers'
  return isEphemeral(pod, name) ? 'ephemeralContainers' : 'containers'
}

export function pulled({image}: Container): Said {
  return {reason: 'Pulled', message: `Container image "${image}" already present on machine`}
}

export function created({name}: Container): Said {
  return {reason: 'Created', message: `Created container: ${name}`}
}

export function started({name}: Container): Said {
  return {reason: 'Started', message: `Started container ${name}`}
}

export function killing(message: string): Said {
  return {reason: 'Killing', message}
}

/** How far a container came that did not start, and what kept it. */
export function failedStart(container: Container, error: unknown): readonly Said[] {
  const message = error instanceof Error ? error.message : String(error)
  const {image} = container
  if (error instanceof ContainerError && error.reason === 'ErrImagePull')
    return [
      {reason: 'Pulling', message: `Pulling image "${image}"`},
      failed(`Failed to pull image "${image}": ${message}`),
      failed('Error: ErrImagePull'),
    ]
  if (error instanceof ContainerError && error.reason === 'ErrImageNeverPull')
    return [{type: 'Warning', reason: error.reason, message}, failed(`Error: ${error.reason}`)]
  const made = error instanceof RuntimeError && error.kind === 'StartError'
  return [pulled(container), ...(made ? [created(container)] : []), failed(`Error: ${message}`)]
}

function failed(message: string): Said {
  return {type: 'Warning', reason: 'Failed', message}
}

/** An image that could not be had is not asked for at once again. */
export function backOffPulling({image}: Container): readonly Said[] {
  return [{reason: 'BackOff', message: `Back-off pulling image "${image}"`}, failed('Error: ImagePullBackOff')]
}

/** A container that crashed is not started at once again. */
export function backOffRestarting(pod: Pod, name: string): Said {
  return {
    type: 'Warning',
    reason: 'BackOff',
    message: `Back-off restarting failed container ${name} in pod ${fullNameOf(pod)}`,
  }
}

/** A pod as the kubelet names it: `kubia_default(uid)`. */
export function fullNameOf({metadata: {name, namespace, uid}}: Pod): string {
  return `${name}_${namespace}(${uid})`
}

export function unhealthy(message: string): Said {
  return {type: 'Warning', reason: 'Unhealthy', message}
}

export function failedHook(which: 'PostStart' | 'PreStop'): Said {
  return {type: 'Warning', reason: `Failed${which}Hook`, message: `${which}Hook failed`}
}

export function failedProbe(name: string, kind: ProbeKind): string {
  return `Container ${name} failed ${kind} probe, will be restarted`
}

export function failedSandbox({message}: Error): Said {
  return {type: 'Warning', reason: 'FailedCreatePodSandBox', message: `Failed to create pod sandbox: ${message}`}
}

/** Each time that a volume cannot be had. */
export function failedMount(message: string): Said {
  return {type: 'Warning', reason: 'FailedMount', message}
}

export const sandboxChanged: Said = {
  reason: 'SandboxChanged',
  message: 'Pod sandbox changed, it will be killed and re-created.',
}
