import {ApiError, reasonIn} from '../status.ts'

/** A resource version as clients send it. Throws the API server's words for what is no number. */
export function parseRevision(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text)
  const why = /^\d+$/.test(text) ? 'value out of range' : 'invalid syntax'
  const message = `Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: ${why}`
  throw new ApiError('Invalid', `resourceVersion: ${message}`, {
    causes: [{reason: 'FieldValueInvalid', message, field: 'resourceVersion'}],
  })
}

/** An option of a list or watch that does not go with the others. */
export function forbiddenOption(field: string, message: string): ApiError {
  return new ApiError('Invalid', `ListOptions.meta.k8s.io "" is invalid: ${field}: ${message}`, {
    group: 'meta.k8s.io',
    kind: 'ListOptions',
    causes: [{reason: reasonIn(message), message, field}],
  })
}

/** Where a list that was cut off goes on: after which object of which revision. */
export type Continue = {readonly revision: number; readonly after: string}

export function printContinue({revision, after}: Continue): string {
  return Buffer.from(JSON.stringify({v: 'meta.k8s.io/v1', rv: revision, start: after})).toString('base64url')
}

export function parseContinue(token: string): Continue {
  const value = readToken(token)
  if (value?.v === 'meta.k8s.io/v1' && Number.isInteger(value.rv) && typeof value.start === 'string')
    return {revision: value.rv as number, after: value.start}
  throw new ApiError('BadRequest', 'continue key is not valid: it is none of this server')
}

function readToken(token: string): {v?: unknown; rv?: unknown; start?: unknown} | null {
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString('utf8'))
  } catch {
    return null
  }
}
