import type {ContainerStatus} from '../../objects/container.ts'
import type {KubeObjectAny} from '../../objects/kinds.ts'
import type {Pod} from '../../objects/pod.ts'
import type {Change} from '../../store/store.ts'
import {membersOf} from './members.ts'
import {differences, few} from './values.ts'

/** A change in words: `created Pod kubia-7rt2n`, `Pod kubia-7rt2n: assigned to node1`. */
export function wordsOf({type, object, before}: Change): string {
  const name = nameOf(object)
  switch (type) {
    case 'ADDED': {
      const held = membersWords(undefined, object)
      return held.length > 0 ? `created ${name}: ${few(held, 6)}` : `created ${name}`
    }
    case 'DELETED':
      return `removed ${name}`
    case 'MODIFIED':
      return `${name}: ${few(modified(object, before), 6)}`
  }
}

/** `Pod kubia-7rt2n`; with its namespace when that is not `default`. */
export function nameOf({kind, metadata: {name, namespace = 'default'}}: KubeObjectAny): string {
  return namespace === 'default' ? `${kind} ${name}` : `${kind} ${namespace}/${name}`
}

function modified(object: KubeObjectAny, before: KubeObjectAny | undefined): readonly string[] {
  const known = [...endingWords(object, before), ...membersWords(before, object)]
  if (object.kind === 'Pod') known.push(...podWords(object, before as Pod | undefined))
  if (known.length > 0) return known
  const changed = differences(told(before), told(object))
  if (changed.length === 0) return ['nothing but the notes of those who manage it']
  return object.kind === 'Secret' ? changed.map(withoutSecret) : changed
}

/** What stands in a Secret is nobody's story: `data.password: c2Vl` → `data.password: (not shown)`. */
export function withoutSecret(text: string): string {
  return text.replace(/^((?:data|stringData)\.[-._a-zA-Z0-9]+:?) (?!is gone$).*$/s, '$1 (not shown)')
}

/** An object without what only the store keeps, and what kubectl keeps for itself. */
export function told(object: KubeObjectAny | undefined): unknown {
  if (object === undefined) return undefined
  const {
    uid,
    resourceVersion,
    generation,
    creationTimestamp,
    managedFields,
    annotations = {},
    ...metadata
  } = object.metadata
  const {
    'endpoints.kubernetes.io/last-change-trigger-time': _time,
    'kubectl.kubernetes.io/last-applied-configuration': _applied,
    ...rest
  } = annotations
  return {...object, metadata: {...metadata, ...(Object.keys(rest).length > 0 && {annotations: rest})}}
}

function endingWords({metadata}: KubeObjectAny, before: KubeObjectAny | undefined): string[] {
  if (metadata.deletionTimestamp === undefined || before?.metadata.deletionTimestamp !== undefined) return []
  const seconds = metadata.deletionGracePeriodSeconds
  return [seconds === undefined ? 'is to go' : `is to end within ${seconds} s`]
}

/** The steps of a pod's life that its status shows. */
function podWords(pod: Pod, before: Pod | undefined): readonly string[] {
  const words: string[] = []
  if (pod.spec.nodeName !== before?.spec.nodeName) words.push(`assigned to ${pod.spec.nodeName}`)
  if (pod.status?.podIP !== before?.status?.podIP && pod.status?.podIP !== undefined)
    words.push(`has the address ${pod.status.podIP}`)
  const old = new Map(containersOf(before).map(status => [status.name, status]))
  words.push(...containersOf(pod).flatMap(status => containerWords(status, old.get(status.name))))
  const [ready, wasReady] = [isTrue(pod, 'Ready'), isTrue(before, 'Ready')]
  if (ready !== wasReady) words.push(ready ? 'ready' : 'not ready any more')
  return words
}

function containersOf(pod: Pod | undefined): readonly ContainerStatus[] {
  return [...(pod?.status?.initContainerStatuses ?? []), ...(pod?.status?.containerStatuses ?? [])]
}

function containerWords({name, state = {}, restartCount}: ContainerStatus, before: ContainerStatus | undefined) {
  const {running, terminated, waiting} = state
  const again = restartCount > (before?.restartCount ?? 0)
  if (running && (again || !before?.state?.running))
    return [again ? `container ${name} started again (${restartCount})` : `container ${name} started`]
  if (terminated && !before?.state?.terminated) return [`container ${name} ended with code ${terminated.exitCode}`]
  if (waiting?.reason && waiting.reason !== before?.state?.waiting?.reason)
    return [`container ${name} waits: ${waiting.reason}`]
  return []
}

function isTrue(pod: Pod | undefined, type: string): boolean {
  return pod?.status?.conditions?.some(one => one.type === type && one.status === 'True') ?? false
}

/** Which addresses joined, left, or became something else; empty for what holds none. */
function membersWords(before: KubeObjectAny | undefined, after: KubeObjectAny): readonly string[] {
  const [old, present] = [membersOf(before), membersOf(after)]
  const joined = [...present].filter(([address, {name}]) => old.get(address)?.name !== name)
  const left = [...old].filter(([address, {name}]) => present.get(address)?.name !== name)
  const turned = [...present].filter(([address, {name, state}]) => {
    const was = old.get(address)
    return was?.name === name && was.state !== state
  })
  return [
    ...left.map(([address, {name}]) => `${named(address, name)} leaves`),
    ...joined.map(
      ([address, {name, state}]) => `${named(address, name)} joins${state === 'ready' ? '' : `, ${state}`}`,
    ),
    ...turned.map(([address, {name, state}]) => `${named(address, name)} is ${state}`),
  ]
}

function named(address: string, name: string): string {
  return name === '' ? address : `${address} (${name})`
}
