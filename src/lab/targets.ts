import {kindNamed} from '../objects/kinds.ts'
import {parseSelector} from '../objects/selector.ts'

/** Where a command runs, as labs and the command line write it. */
export type TargetForm =
  | {readonly kind: 'node'; readonly name: string}
  | {readonly kind: 'client'; readonly name: string}
  | {readonly kind: 'pod'; readonly namespace: string; readonly name: string; readonly container?: string}
  | {readonly kind: 'pods'; readonly namespace: string; readonly selector: string}

/** The text is neither `pod/NAME`, `pod/NAME/CONTAINER`, `pod/LABEL=VALUE`, one of these behind `NAMESPACE/`, `node/NAME` nor `client/NAME`. */
export class TargetError extends Error {
  override readonly name = 'TargetError'
}

const forms = 'pod/NAME, pod/NAME/CONTAINER, pod/LABEL=VALUE, NAMESPACE/pod/..., node/NAME or client/NAME'
const name = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/

/**
 * Reads `pod/client`, `pod/web/sidecar`, `pod/app=kubia` (pods by label selector), `node/node1` or `client/laptop`; a pod of another namespace
 * than `default` as `kube-system/pod/dns`.
 */
export function parseTarget(text: string): TargetForm {
  const {namespace, local} = splitNamespace(text)
  const [kind, rest] = halves(local)
  if ((kind === 'node' || kind === 'client') && name.test(rest)) return {kind, name: rest}
  if (kind === 'pod' && rest.includes('=')) return {kind: 'pods', namespace, selector: readSelector(rest)}
  const [pod = '', container, ...more] = rest.split('/')
  const named = name.test(pod) && (container === undefined || name.test(container)) && more.length === 0
  if (kind === 'pod' && named) return {kind, namespace, name: pod, ...(container === undefined ? {} : {container})}
  throw new TargetError(`"${text}" is no target; expected ${forms}`)
}

/** The namespace before `/pod/` or `/service/`, and what is without it: `kube-system/pod/dns` is `pod/dns` there. Elsewhere it is `default`. */
export function splitNamespace(text: string): {readonly namespace: string; readonly local: string} {
  const {namespace = 'default', local = text} =
    /^(?<namespace>[a-z0-9]([a-z0-9-]*[a-z0-9])?)\/(?<local>(pod|service)\/.+)$/.exec(text)?.groups ?? {}
  return {namespace, local}
}

/** The target or the goal that names an object of a kind: `pod/client`, `kube-system/service/kube-dns`. */
export function placeName(kind: 'pod' | 'service', {name, namespace = 'default'}: Named): string {
  return namespace === 'default' ? `${kind}/${name}` : `${namespace}/${kind}/${name}`
}

type Named = {readonly name: string; readonly namespace?: string}

/** A reference to objects of one kind: `service/kubia` by name, `pod/app=kubia` by label selector. */
export type Reference = {readonly kind: string} & ({readonly name: string} | {readonly selector: string})

/** Reads `KIND/NAME` or `KIND/LABEL=VALUE`; the kind in any of its forms (`Service`, `services`, `svc`). */
export function parseReference(text: string): Reference {
  const [kind, rest] = halves(text)
  if (kind !== '' && rest.includes('=')) return {kind: kindNamed(kind), selector: readSelector(rest)}
  if (kind !== '' && name.test(rest)) return {kind: kindNamed(kind), name: rest}
  throw new TargetError(`"${text}" names no object; expected KIND/NAME or KIND/LABEL=VALUE, like service/kubia`)
}

/** A reference to exactly one object, by its name. */
export function parseObjectReference(text: string): {readonly kind: string; readonly name: string} {
  const reference = parseReference(text)
  if ('name' in reference) return reference
  throw new TargetError(`"${text}" may mean several objects; expected KIND/NAME, like endpoints/kubia`)
}

/** A label selector as text, found good. */
export function readSelector(text: string): string {
  parseSelector(text)
  return text
}

function halves(text: string): readonly [string, string] {
  const slash = text.indexOf('/')
  return slash < 0 ? ['', ''] : [text.slice(0, slash), text.slice(slash + 1)]
}
