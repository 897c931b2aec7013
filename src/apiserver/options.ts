import {boolean, integer, list, record, string} from '../objects/schema.ts'
import type {Propagation} from '../store/deletion.ts'
import type {Call} from './call.ts'
import type {FieldValidation} from './decode.ts'
import {integerIn} from './query.ts'
import {ApiError} from './status.ts'
import {UnmarshalError, unmarshal} from './unmarshal.ts'

/** What the query of a writing request says. */
export type WriteQuery = {readonly dryRun: boolean; readonly fieldValidation: FieldValidation}

export function writeQuery({query}: Pick<Call, 'query'>, options: string): WriteQuery {
  const dryRun = query.getAll('dryRun').filter(Boolean)
  const wrong = dryRun.find(one => one !== 'All')
  if (wrong !== undefined) throw invalidOption(options, 'dryRun', wrong, ['All'])
  const fieldValidation = query.get('fieldValidation') || 'Warn'
  const known = ['Ignore', 'Strict', 'Warn']
  if (!known.includes(fieldValidation)) throw invalidOption(options, 'fieldValidation', fieldValidation, known)
  return {dryRun: dryRun.length > 0, fieldValidation: fieldValidation as FieldValidation}
}

/** What a deletion asks for, in its query and its body; what the body says counts. */
export type DeleteOptions = {
  readonly dryRun: boolean
  readonly graceSeconds?: number
  readonly propagation?: Propagation
  readonly expected?: {readonly uid?: string; readonly resourceVersion?: string}
}

export function deleteOptions({query}: Pick<Call, 'query'>, body: unknown): DeleteOptions {
  const said = bodyOptions(body)
  const grace = said.gracePeriodSeconds ?? integerIn(query, 'gracePeriodSeconds')
  const propagation = said.propagationPolicy ?? query.get('propagationPolicy') ?? undefined
  const dryRun = said.dryRun ?? query.getAll('dryRun').filter(Boolean)
  const policies = ['Foreground', 'Background', 'Orphan']
  if (propagation && !policies.includes(propagation))
    throw invalidOption('DeleteOptions', 'propagationPolicy', propagation, [...policies, 'nil'])
  if (propagation && said.orphanDependents !== undefined) throw bothPolicies(propagation)
  const wrong = dryRun.find(one => one !== 'All')
  if (wrong !== undefined) throw invalidOption('DeleteOptions', 'dryRun', wrong, ['All'])
  return {
    dryRun: dryRun.length > 0,
    // Less than no time counts as a second.
    ...(grace !== undefined && {graceSeconds: grace < 0 ? 1 : grace}),
    ...(propagation
      ? {propagation: propagation as Propagation}
      : said.orphanDependents === true && {propagation: 'Orphan' as const}),
    ...(said.preconditions && {expected: said.preconditions}),
  }
}

type BodyOptions = {
  readonly gracePeriodSeconds?: number
  readonly propagationPolicy?: string
  readonly orphanDependents?: boolean
  readonly dryRun?: readonly string[]
  readonly preconditions?: {readonly uid?: string; readonly resourceVersion?: string}
}

function bodyOptions(body: unknown): BodyOptions {
  if (body === undefined || body === null) return {}
  const {kind} = body as {kind?: unknown}
  if (kind && kind !== 'DeleteOptions')
    throw new ApiError('BadRequest', `decoded object cannot be converted to DeleteOptions: ${kind}`)
  try {
    return unmarshal('DeleteOptions', optionsSchema, body).value as BodyOptions
  } catch (error) {
    if (error instanceof UnmarshalError)
      throw new ApiError(
        'BadRequest',
        `DeleteOptions in version "v1" cannot be handled as a DeleteOptions: ${error.message}`,
      )
    throw error
  }
}

const optionsSchema = record({
  apiVersion: string,
  kind: string,
  gracePeriodSeconds: integer(Number.MIN_SAFE_INTEGER),
  propagationPolicy: string,
  orphanDependents: boolean,
  dryRun: list(string),
  preconditions: record({uid: string, resourceVersion: string}),
  ignoreStoreReadErrorWithClusterBreakingPotential: boolean,
})

function bothPolicies(propagation: string): ApiError {
  const message = `Invalid value: ${JSON.stringify(propagation)}: orphanDependents and deletionPropagation cannot be both set`
  return new ApiError('Invalid', `DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: ${message}`, {
    group: 'meta.k8s.io',
    kind: 'DeleteOptions',
    causes: [{reason: 'FieldValueInvalid', message, field: 'propagationPolicy'}],
  })
}

function invalidOption(options: string, field: string, value: string, supported: readonly string[]): ApiError {
  const choice = supported.map(one => JSON.stringify(one)).join(', ')
  const message = `Unsupported value: ${JSON.stringify(value)}: supported values: ${choice}`
  return new ApiError('Invalid', `${options}.meta.k8s.io "" is invalid: ${field}: ${message}`, {
    group: 'meta.k8s.io',
    kind: options,
    causes: [{reason: 'FieldValueNotSupported', message, field}],
  })
}
