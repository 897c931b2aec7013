/** One reason of a refusal, as a Status carries it in `details.causes`. */
export type PatchCause = {readonly reason: 'FieldManagerConflict'; readonly message: string; readonly field: string}

export type PatchErrorCode = 'badRequest' | 'invalid' | 'conflict'

/** A patch that cannot be applied. `detail` says more than the API server tells its clients. */
export class PatchError extends Error {
  override readonly name = 'PatchError'
  readonly code: PatchErrorCode
  readonly status: 400 | 409 | 422
  readonly causes: readonly PatchCause[]
  readonly detail: string | undefined

  constructor(code: PatchErrorCode, message: string, {causes = [], detail}: PatchErrorMore = {}) {
    super(message)
    this.code = code
    this.status = ({badRequest: 400, invalid: 422, conflict: 409} as const)[code]
    this.causes = causes
    this.detail = detail
  }
}

type PatchErrorMore = {readonly causes?: readonly PatchCause[]; readonly detail?: string}

/** A patch whose form is wrong. */
export function badRequest(message: string): PatchError {
  return new PatchError('badRequest', message)
}

/** A patch of the right form that does not fit the object: the API server says no more than this, `detail` says why. */
export function unfit(detail: string): PatchError {
  return new PatchError('invalid', 'the server rejected our request due to an error in our request', {detail})
}
