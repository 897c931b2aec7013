import type {Propagation} from '../store/deletion.ts'
import type {Call} from './call.ts'
import type {FieldValidation} from './decode.ts'
import {integerIn} from './query.ts'
import {ApiError} from './status.ts'

/** What the query of a writing request says. */
export type WriteQuery = {readonly dryRun: boolean; readonly fieldValidation: FieldValidation}

export function writeQuery({query}: Pick<Call, 'query'>, options: string): WriteQuery {
  const dryRun = query.getAll('dryRun').filter(Boolean)
  const wrong = dryRun.find(one => one !== 'All')
  if (wrong !== undefined) throw invalidOption(options, 'dryRun', wrong, ['All'])
  const fieldValidation = query.get('fieldValidation') || 'Warn'
  const known = ['Ignore', 'Warn', 'Strict']
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
  if (grace !== undefined && (!Number.isInteger(grace) || grace < 0))
    throw new ApiError(
      'Invalid',
      `DeleteOptions.meta.k8s.io "" is invalid: gracePeriodSeconds: Invalid value: ${grace}: must be greater than or equal to 0`,
    )
  const policies = ['Background', 'Foreground', 'Orphan']
  if (propagation && !policies.includes(propagation))
    throw invalidOption('DeleteOptions', 'propagationPolicy', propagation, [...policies, 'nil'])
  const wrong = dryRun.find(one => one !== 'All')
  if (wrong !== undefined) throw invalidOption('DeleteOptions', 'dryRun', wrong, ['All'])
  return {
    dryRun: dryRun.length > 0,
    ...(grace !== undefined && {graceSeconds: grace}),
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
  if (typeof body !== 'object' || Array.isArray(body))
    throw new ApiError('BadRequest', 'the body of a deletion must be DeleteOptions')
  const {kind} = body as {kind?: unknown}
  if (kind && kind !== 'DeleteOptions')
    throw new ApiError('BadRequest', `decoded object cannot be converted to DeleteOptions: ${kind}`)
  const {gracePeriodSeconds, propagationPolicy, orphanDependents, dryRun, preconditions} = body as BodyOptions
  return {
    ...(gracePeriodSeconds !== undefined && gracePeriodSeconds !== null && {gracePeriodSeconds}),
    ...(propagationPolicy && {propagationPolicy}),
    ...(orphanDependents && {orphanDependents}),
    ...(Array.isArray(dryRun) && {dryRun}),
    ...(preconditions && {preconditions}),
  }
}

function invalidOption(options: string, field: string, value: string, supported: readonly string[]): ApiError {
  const choice = supported
    .toSorted()
    .map(one => JSON.stringify(one))
    .join(', ')
  const message = `Unsupported value: ${JSON.stringify(value)}: supported values: ${choice}`
  return new ApiError('Invalid', `${options}.meta.k8s.io "" is invalid: ${field}: ${message}`, {
    group: 'meta.k8s.io',
    kind: options,
    causes: [{reason: 'FieldValueNotSupported', message, field}],
  })
}
