import {kindNamed} from '../objects/kinds.ts'
import {parseSelector} from '../objects/selector.ts'

/** Where a command runs, as labs and the command line write it. */
export type TargetForm =
  | {readonly kind: 'node'; readonly name: string}
  | {readonly kind: 'client'; readonly name: string}
  | {readonly kind: 'pod'; readonly name: string; readonly container?: string}
  | {readonly kind: 'pods'; readonly selector: string}

/** The text is neither `pod/NAME`, `pod/NAME/CONTAINER`, `pod/LABEL=VALUE`, `node/NAME` nor `client/NAME`. */
export class TargetError extends Error {
  override readonly name = 'TargetError'
}

const forms = 'pod/NAME, pod/NAME/CONTAINER, pod/LABEL=VALUE, node/NAME or client/NAME'
const name = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/

/** Reads `pod/client`, `pod/web/sidecar`, `pod/app=kubia` (pods by label selector), `node/node1` or `client/laptop`. */
export function parseTarget(text: string): TargetForm {
  const [kind, rest] = halves(text)
  if ((kind === 'node' || kind === 'client') && name.test(rest)) return {kind, name: rest}
  if (kind === 'pod' && rest.includes('=')) return {kind: 'pods', selector: readSelector(rest)}
  const [pod = '', container, ...more] = rest.split('/')
  const named = name.test(pod) && (container === undefined || name.test(container)) && more.length === 0
  if (kind === 'pod' && named) return {kind, name: pod, ...(container === undefined ? {} : {container})}
  throw new TargetError(`"${text}" is no target; expected ${forms}`)
}

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
