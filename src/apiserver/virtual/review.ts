import {json} from '../answer.ts'
import {readBody} from '../body.ts'
import type {Answer, Api} from '../call.ts'
import {ApiError} from '../status.ts'
import type {Virtual, VirtualCall} from './index.ts'

/** What a review is about, as its sender writes it. */
export type Spec = Readonly<Record<string, unknown>>

type Review = {
  readonly kind: string
  readonly apiVersion: string
  readonly namespaced?: boolean
  readonly review: (spec: Spec, call: VirtualCall, api: Api) => unknown
}

/** A kind that is only ever created, and answered with its status filled in. */
export function review({kind, apiVersion, namespaced = false, review: judge}: Review): Virtual {
  const singular = kind.toLowerCase()
  return {
    apiVersion,
    kind,
    singular,
    plural: `${singular}s`,
    namespaced,
    verbs: ['create'],
    answer: async (call, api) => {
      const spec = specIn(await readBody(await call.body(), call.headers['content-type']), {kind, apiVersion})
      return reviewed({kind, apiVersion, spec, status: judge(spec, call, api)})
    },
  }
}

function reviewed(answer: {kind: string; apiVersion: string; spec: Spec; status: unknown}): Answer {
  return json({...answer, metadata: {creationTimestamp: null}}, 201)
}

function specIn(body: unknown, expected: {kind: string; apiVersion: string}): Spec {
  const version = expected.apiVersion.split('/')[1]
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new ApiError('BadRequest', `${expected.kind} in version "${version}" cannot be handled as a ${expected.kind}`)
  const {kind, apiVersion, spec} = body as {kind?: unknown; apiVersion?: unknown; spec?: unknown}
  if (kind && kind !== expected.kind)
    throw new ApiError('BadRequest', `${kind} in version "${version}" cannot be handled as a ${expected.kind}`)
  if (apiVersion && apiVersion !== expected.apiVersion)
    throw new ApiError(
      'BadRequest',
      `the API version in the data (${apiVersion}) does not match the expected API version (${expected.apiVersion})`,
    )
  return typeof spec === 'object' && spec !== null ? (spec as Spec) : {}
}
