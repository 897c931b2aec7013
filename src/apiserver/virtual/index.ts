import type {Answer, Api, Call} from '../call.ts'
import {groupOf, versionOf} from '../resources.ts'
import {methodNotAllowed, noSuchPath} from '../status.ts'
import {accessReviews} from './access-reviews.ts'
import {identityReviews} from './identity-reviews.ts'
import {metrics} from './metrics.ts'

/** A question to the server about what is not stored: the answer is worked out, and nothing is left of it. */
export type VirtualCall = Omit<Call, 'kind' | 'subresource' | 'rest'>

/** A kind of such questions, as discovery tells of it. To add one: a row in the table of its file. */
export type Virtual = {
  readonly apiVersion: string
  readonly plural: string
  readonly singular: string
  readonly kind: string
  readonly namespaced: boolean
  readonly verbs: readonly string[]
  readonly answer: (call: VirtualCall, api: Api) => Promise<Answer>
}

export const virtuals: readonly Virtual[] = [...identityReviews, ...accessReviews, ...metrics]

type Question = Pick<VirtualCall, 'apiVersion' | 'namespace' | 'name'> & {readonly virtual: Virtual}

/** What a path that names such a kind means; undefined when it names none. */
export function virtualAt(path: readonly string[]): Question | undefined {
  const [root, group, version, ...rest] = path
  if (root !== 'apis') return undefined
  const apiVersion = `${group}/${version}`
  const inNamespace = rest[0] === 'namespaces' && rest.length > 2
  const [plural, name = '', ...more] = inNamespace ? rest.slice(2) : rest
  const virtual = virtuals.find(one => one.apiVersion === apiVersion && one.plural === plural)
  if (virtual === undefined) return undefined
  if (more.length > 0 || (inNamespace && !virtual.namespaced)) throw noSuchPath()
  return {virtual, apiVersion, namespace: inNamespace ? rest[1] : undefined, name}
}

/** Answers a question in one of its methods. Throws the 405 for the others. */
export async function answerVirtual(virtual: Virtual, call: VirtualCall, api: Api): Promise<Answer> {
  const wanted = call.method === 'POST' ? 'create' : ['GET', 'HEAD'].includes(call.method) ? 'get' : ''
  if (!virtual.verbs.includes(wanted) || (wanted === 'create' && call.name !== '')) throw methodNotAllowed()
  return virtual.answer(call, api)
}

export function virtualKind({apiVersion, kind}: Virtual) {
  return {group: groupOf(apiVersion), version: versionOf(apiVersion), kind}
}
