import {qualifiedKind} from '../objects/kinds.ts'
import {fieldOf, type Mistake, ObjectError} from '../objects/mistake.ts'
import {PatchError} from '../objects/patch/patch-error.ts'
import {SelectorError} from '../objects/selector-words.ts'
import {RequestError} from '../store/request-error.ts'
import {StoreError} from '../store/store-error.ts'

/** Why a request failed, in the API's one form. */
export type Status = {
  readonly kind: 'Status'
  readonly apiVersion: 'v1'
  readonly metadata: Readonly<Record<never, never>>
  readonly status: 'Failure' | 'Success'
  readonly message?: string
  readonly reason?: string
  readonly details?: StatusDetails
  readonly code?: number
}

export type StatusDetails = {
  readonly name?: string
  readonly group?: string
  readonly kind?: string
  readonly uid?: string
  readonly causes?: readonly {readonly reason?: string; readonly message?: string; readonly field?: string}[]
  readonly retryAfterSeconds?: number
}

/** A refusal of the API server itself: `new ApiError('BadRequest', 'limit must be ...')`. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly reason: Reason
  readonly details: StatusDetails | undefined

  constructor(reason: Reason, message: string, details?: StatusDetails) {
    super(message)
    this.reason = reason
    this.details = details
  }
}

const codes = {
  BadRequest: 400,
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  MethodNotAllowed: 405,
  NotAcceptable: 406,
  AlreadyExists: 409,
  Conflict: 409,
  Expired: 410,
  RequestEntityTooLarge: 413,
  UnsupportedMediaType: 415,
  Invalid: 422,
  TooManyRequests: 429,
  InternalError: 500,
  NotImplemented: 501,
  Timeout: 504,
  Unknown: 500,
} as const

export type Reason = keyof typeof codes

/** The 404 of a path that leads nowhere. Its empty details matter: clients look into them. */
export function noSuchPath(): ApiError {
  return new ApiError('NotFound', 'the server could not find the requested resource', {})
}

/** The 404 of what a real cluster has and podlab has not, in words of ours: a real server has none for it. */
export function notInPodlab(message: string): ApiError {
  return new ApiError('NotFound', message, {})
}

export function methodNotAllowed(): ApiError {
  return new ApiError('MethodNotAllowed', 'the server does not allow this method on the requested resource', {})
}

/** Any error as the Status that a client gets. One that nobody meant to throw is a 500 and says no more than its message. */
export function statusOf(error: unknown): Status {
  if (error instanceof ApiError) return failure(error.reason, error.message, error.details)
  if (error instanceof ObjectError) return failure('Invalid', qualified(error), invalidDetails(error))
  if (error instanceof StoreError) return failure(...storeFailure(error))
  if (error instanceof RequestError) return refusal(error)
  if (error instanceof PatchError) return patchFailure(error)
  if (error instanceof SelectorError) return failure('BadRequest', error.message)
  return failure('InternalError', `Internal error occurred: ${error instanceof Error ? error.message : String(error)}`)
}

function refusal({code, message}: RequestError): Status {
  switch (code) {
    case 'forbidden':
      return failure('Forbidden', message, namedIn(message))
    case 'badRequest':
      return failure('BadRequest', message)
    case 'internal':
      return failure('InternalError', `Internal error occurred: ${message}`, {causes: [{message}]})
  }
}

export function failure(reason: Reason, message: string, details?: StatusDetails): Status {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    ...(reason !== 'Unknown' && {reason}),
    ...(details && {details}),
    code: codes[reason],
  }
}

export function success(details: StatusDetails): Status {
  return {kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details}
}

function storeFailure(error: StoreError): [Reason, string, StatusDetails?] {
  switch (error.code) {
    case 'notFound':
      return ['NotFound', error.message, namedIn(error.message)]
    case 'alreadyExists':
      return ['AlreadyExists', error.message, namedIn(error.message)]
    case 'conflict':
      return ['Conflict', error.message, namedIn(error.message.replace(/^.* on /, ''))]
    case 'compacted':
      return ['Expired', error.message]
    case 'notWritten':
      return ['InternalError', `Internal error occurred: ${error.message}`]
    case 'future': {
      const cause = {reason: 'ResourceVersionTooLarge', message: 'Too large resource version'}
      return ['Timeout', `Timeout: ${error.message}`, {causes: [cause], retryAfterSeconds: 1}]
    }
  }
}

function patchFailure({code, message, causes}: PatchError): Status {
  const details = causes.length > 0 ? {causes} : {}
  switch (code) {
    case 'badRequest':
      return failure('BadRequest', message)
    case 'invalid':
      return failure('Invalid', message, details)
    case 'conflict':
      return failure('Conflict', message, details)
  }
}

/** Messages begin with what they are about: `replicasets.apps "kubia" not found`. */
function namedIn(message: string): StatusDetails {
  const [, plural = '', group, name = ''] = /^([^\s".]+)(?:\.(\S+))? "([^"]*)"/.exec(message) ?? []
  return {...(name && {name}), ...(group && {group}), ...(plural && {kind: plural})}
}

function invalidDetails({ref, mistakes}: ObjectError): StatusDetails {
  const [, group] = qualifiedKind(ref.kind).split(/\.(.*)/)
  return {name: ref.name, ...(group && {group}), kind: ref.kind, causes: mistakes.map(causeOf)}
}

/** `ReplicaSet.apps "web" is invalid: ...`: messages name the group, details have it apart. */
function qualified({ref, message}: ObjectError): string {
  return `${qualifiedKind(ref.kind)}${message.slice(ref.kind.length)}`
}

const reasons: readonly (readonly [string, string])[] = [
  ['Required value', 'FieldValueRequired'],
  ['Invalid value', 'FieldValueInvalid'],
  ['Duplicate value', 'FieldValueDuplicate'],
  ['Unsupported value', 'FieldValueNotSupported'],
  ['Forbidden', 'FieldValueForbidden'],
  ['Not found', 'FieldValueNotFound'],
  ['Too long', 'FieldValueTooLong'],
  ['Too many', 'FieldValueTooMany'],
]

/** The reason that a mistake's words stand for. */
export function reasonIn(message: string): string {
  return reasons.find(([words]) => message.startsWith(words))?.[1] ?? 'FieldValueInvalid'
}

function causeOf({path, printed = path, message, hint}: Mistake) {
  return {reason: reasonIn(message), message: hint ? `${message}; ${hint}` : message, field: fieldOf(printed)}
}
