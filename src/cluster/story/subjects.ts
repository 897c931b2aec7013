import {type KindName, type KubeObjectAny, kinds} from '../../objects/kinds.ts'
import type {Pod} from '../../objects/pod.ts'
import {isReady} from '../../objects/pod-status.ts'
import type {Change} from '../../store/store.ts'
import type {Deed} from '../chronicle.ts'
import {membersOf} from './members.ts'

/** An object whose story is told. */
export type Protagonist = {readonly kind: KindName; readonly namespace: string | undefined; readonly name: string}

/** Which deeds belong to a story. */
export type Cast = {
  includes(change: Change): boolean
  /** The pods that take part, as EndpointSlices name them, and their addresses. */
  readonly pods: ReadonlySet<string>
  readonly addresses: ReadonlySet<string>
}

/**
 * The object itself, whatever it owns and what those own (a Deployment's ReplicaSets and their pods), and the events about all of them; of
 * a Service its endpoints and what the pods behind it become, of pods where their addresses are listed.
 */
export function castOf(hero: Protagonist, deeds: readonly Deed[], present: KubeObjectAny | undefined): Cast {
  const uids = new Set<string>(present?.metadata.uid ? [present.metadata.uid] : [])
  const pods = new Set<string>()
  const addresses = new Set<string>()
  const isIn = (object: KubeObjectAny): boolean =>
    isHero(hero, object) || isEndpointsOf(hero, object) || isOwned(object, uids) || isAbout(object, uids)
  for (const {change} of deeds) {
    const {object} = change
    if (object.kind === 'Event' || !isIn(object)) continue
    if (object.metadata.uid !== undefined) uids.add(object.metadata.uid)
    for (const {name} of membersOf(object).values()) pods.add(name)
    if (object.kind !== 'Pod') continue
    pods.add(object.metadata.name)
    if (object.status?.podIP !== undefined) addresses.add(object.status.podIP)
  }
  const isBehind = ({object, before}: Change) =>
    object.kind === 'Pod' &&
    pods.has(object.metadata.name) &&
    object.metadata.namespace === hero.namespace &&
    turns(object, before as Pod | undefined)
  const besides = hero.kind === 'Service' ? isBehind : (change: Change) => concerns(change, pods)
  return {pods, addresses, includes: change => isIn(change.object) || besides(change)}
}

/** Whether a pod becomes ready, is not any more, or is told to end. */
function turns(pod: Pod, before: Pod | undefined): boolean {
  if (isReady(pod) !== (before !== undefined && isReady(before))) return true
  return pod.metadata.deletionTimestamp !== before?.metadata.deletionTimestamp
}

function isHero({kind, namespace, name}: Protagonist, {kind: other, metadata}: KubeObjectAny): boolean {
  return kind === other && name === metadata.name && (!kinds[kind].namespaced || namespace === metadata.namespace)
}

function isEndpointsOf({kind, namespace, name}: Protagonist, object: KubeObjectAny): boolean {
  if (kind !== 'Service' || object.metadata.namespace !== namespace) return false
  if (object.kind === 'Endpoints') return object.metadata.name === name
  return object.kind === 'EndpointSlice' && object.metadata.labels?.['kubernetes.io/service-name'] === name
}

function isOwned({metadata}: KubeObjectAny, uids: ReadonlySet<string>): boolean {
  return metadata.ownerReferences?.some(({uid}) => uids.has(uid)) ?? false
}

function isAbout(object: KubeObjectAny, uids: ReadonlySet<string>): boolean {
  return object.kind === 'Event' && uids.has(object.involvedObject.uid ?? '')
}

/** Whether a change of endpoints concerns one of the pods: it joins, leaves, or becomes ready. */
function concerns({object, before}: Change, pods: ReadonlySet<string>): boolean {
  if (object.kind !== 'EndpointSlice') return false
  const [old, present] = [membersOf(before), membersOf(object)]
  const addresses = [...new Set([...old.keys(), ...present.keys()])]
  return addresses.some(address => {
    const [was, is] = [old.get(address), present.get(address)]
    return pods.has((is ?? was)?.name ?? '') && (was?.name !== is?.name || was?.state !== is?.state)
  })
}
