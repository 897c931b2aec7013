import type {LabHandle} from '../cluster/lab-handle.ts'
import {parseTarget, placeName, splitNamespace} from '../lab/targets.ts'
import type {Pod} from '../objects/pod.ts'
import {isReady} from '../objects/pod-status.ts'
import type {Service} from '../objects/service.ts'

/** What a lab names is not in the cluster, or not yet. */
export class NotThereError extends Error {
  override readonly name = 'NotThereError'
  readonly code = 'ENOTTHERE'
}

/** The one place that a target means: of several pods the first by name that is ready. Throws NotThereError. */
export async function placeOf(target: string, lab: LabHandle): Promise<string> {
  const form = parseTarget(target)
  if (form.kind !== 'pods') return target
  const [first] = await podsOf(target, lab)
  if (first === undefined) throw new NotThereError(`no pod with ${form.selector} is ready`)
  return placeName('pod', first.metadata)
}

/** Every place that a target means: of a selector all ready pods, and at least one. Throws NotThereError. */
export async function placesOf(target: string, lab: LabHandle): Promise<readonly string[]> {
  const form = parseTarget(target)
  if (form.kind !== 'pods') return [target]
  const pods = await podsOf(target, lab)
  if (pods.length === 0) throw new NotThereError(`no pod with ${form.selector} is ready`)
  return pods.map(pod => placeName('pod', pod.metadata))
}

/** The ready pods that a target means, by name. */
export async function podsOf(target: string, lab: LabHandle): Promise<readonly Pod[]> {
  const form = parseTarget(target)
  if (form.kind === 'node' || form.kind === 'client') throw new NotThereError(`${target} is a ${form.kind}, not a pod`)
  const selected = await lab.list('Pod', {
    namespace: form.namespace,
    ...(form.kind === 'pods' ? {selector: form.selector} : {}),
  })
  return (selected as readonly Pod[])
    .filter(pod => isServing(pod) && (form.kind === 'pods' || pod.metadata.name === form.name))
    .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
}

/** Ready, and not on its way out. */
export function isServing(pod: Pod): boolean {
  return isReady(pod) && pod.metadata.deletionTimestamp === undefined
}

/**
 * Puts addresses in place of `{pod/web}`, `{pod/app=kubia}`, `{node/node1}`, `{client/laptop}` and `{service/kubia}`: what a lab cannot know
 * beforehand. Other braces stay.
 */
export async function fillAddresses(text: string, lab: LabHandle): Promise<string> {
  const parts = await Promise.all(
    text.split(placeholder).map((part, index) => (index % 2 === 0 ? part : addressOf(part, lab))),
  )
  return parts.join('')
}

/** Puts the name of a ready pod in place of `{name:pod/app=kubia}`: names that the cluster has given. Throws NotThereError. */
export async function fillNames(text: string, lab: LabHandle): Promise<string> {
  const parts = await Promise.all(text.split(named).map((part, index) => (index % 2 === 0 ? part : placeOf(part, lab))))
  return parts.map((part, index) => (index % 2 === 0 ? part : part.slice(part.lastIndexOf('/') + 1))).join('')
}

/** The text with every placeholder replaced by an address of the documentation range: to see if the rest is sound. */
export function withSampleAddresses(text: string): string {
  return text.replace(placeholder, '192.0.2.1')
}

const placeholder = /\{((?:[a-z0-9-]+\/)?(?:pod|node|client|service)\/[^{}\s]+)\}/g
const named = /\{name:((?:[a-z0-9-]+\/)?pod\/[^{}\s]+)\}/g

async function addressOf(name: string, lab: LabHandle): Promise<string> {
  const address = await findAddress(name, lab)
  if (address === undefined) throw new NotThereError(`${name} has no address`)
  return address
}

async function findAddress(name: string, lab: LabHandle): Promise<string | undefined> {
  const {namespace, local} = splitNamespace(name)
  const rest = local.slice(local.indexOf('/') + 1)
  if (name.startsWith('node/')) return lab.lab.nodes.find(node => node.name === rest)?.address
  if (name.startsWith('client/')) return lab.lab.clients.find(client => client.name === rest)?.address
  if (local.startsWith('pod/')) return (await podsOf(name, lab))[0]?.status?.podIP
  const service = await lab.get({kind: 'Service', namespace, name: rest})
  return (service as Service | undefined)?.spec?.clusterIP
}
