import {BroadcastChannel} from 'node:worker_threads'
import type {KubeObjectAny, ObjectOf} from '../../objects/kinds.ts'

/*
 * How the DNS servers of a lab see the cluster. They live in the runtime's worker thread, which knows nothing of the API; the main thread
 * does, and tells them all that they have asked for, and then what changes. A real CoreDNS has a watch at the API server for that.
 */

/** What names are made of. */
export type NamedKind = 'Service' | 'EndpointSlice' | 'Namespace' | 'Pod'

export type NamedObject = ObjectOf<NamedKind>

export type NameChange = {readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: NamedObject}

/** What goes over the channel: a question for kinds, all that there is of them, and what changed since. */
export type NamesMessage =
  | {readonly is: 'question'; readonly kinds: readonly NamedKind[]}
  | {readonly is: 'world'; readonly kinds: readonly NamedKind[]; readonly objects: readonly NamedObject[]}
  | {readonly is: 'changes'; readonly changes: readonly NameChange[]}

/** A way between the threads of this process, which keeps none of them alive. */
export function namesChannel(heard: (message: NamesMessage) => void): (message: NamesMessage) => void {
  const channel = new BroadcastChannel('podlab names')
  channel.onmessage = ({data}: MessageEvent) => heard(data as NamesMessage)
  channel.unref()
  return message => channel.postMessage(message)
}

export function isNamed(object: KubeObjectAny, kinds: readonly NamedKind[]): object is NamedObject {
  return (kinds as readonly string[]).includes(object.kind)
}
