import type {ServiceAccount} from '../../objects/service-account.ts'
import {json} from '../answer.ts'
import {readBody} from '../body.ts'
import type {Api, Call} from '../call.ts'
import {ApiError} from '../status.ts'
import {existing} from '../verbs/get.ts'
import type {Subresource} from './index.ts'

/** A new token for a service account: `kubectl create token`. */
export const token: Subresource = {
  of: ['ServiceAccount'],
  kind: {group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest'},
  verbs: ['create'],
  methods: {
    POST: async (call, api) => {
      const body = (await readBody(await call.body(), call.headers['content-type'])) as {spec?: Said} | null
      const account = existing(call, api) as ServiceAccount
      const {audiences, expirationSeconds, boundObjectRef} = body?.spec ?? {}
      const seconds = secondsOf(expirationSeconds ?? undefined)
      if (api.tokens === undefined) throw new ApiError('NotImplemented', 'this server makes no tokens')
      const issued = api.tokens.issue(account, {
        seconds,
        ...(audiences?.length && {audiences: audiences.map(String)}),
        ...(boundObjectRef && {pod: boundPod(boundObjectRef, call, api)}),
      })
      const expirationTimestamp = `${new Date(issued.expires).toISOString().slice(0, 19)}Z`
      return json(
        {
          kind: 'TokenRequest',
          apiVersion: 'authentication.k8s.io/v1',
          metadata: {name: account.metadata.name, namespace: account.metadata.namespace, creationTimestamp: null},
          spec: {audiences: audiences ?? [], expirationSeconds: seconds, boundObjectRef: boundObjectRef ?? null},
          status: {token: issued.token, expirationTimestamp},
        },
        201,
      )
    },
  },
}

type Said = {
  readonly audiences?: readonly unknown[]
  readonly expirationSeconds?: number | null
  readonly boundObjectRef?: {readonly kind?: string; readonly name?: string; readonly uid?: string}
}

function secondsOf(said = 3600): number {
  const wrong = said < 600 ? 'may not specify a duration less than 10 minutes' : undefined
  const tooLong = said > 2 ** 32 ? 'may not specify a duration larger than 2^32 seconds' : undefined
  const why = !Number.isInteger(said) ? 'must be a whole number' : (wrong ?? tooLong)
  if (why === undefined) return said
  const message = `Invalid value: ${said}: ${why}`
  throw new ApiError(
    'Invalid',
    `TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: ${message}`,
    {
      group: 'authentication.k8s.io',
      kind: 'TokenRequest',
      causes: [{reason: 'FieldValueInvalid', message, field: 'spec.expirationSeconds'}],
    },
  )
}

function boundPod({kind, name = '', uid}: NonNullable<Said['boundObjectRef']>, {namespace}: Call, api: Api) {
  if (kind !== 'Pod') throw new ApiError('BadRequest', `cannot bind token for serviceaccount to object of type ${kind}`)
  const pod = existing({kind: 'Pod', namespace, name}, api)
  const actual = pod.metadata.uid ?? ''
  if (uid && uid !== actual)
    throw new ApiError('Conflict', `the UID in the bound object reference (${uid}) does not match the UID in record`)
  return {name, uid: actual}
}
