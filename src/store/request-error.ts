/** A request that is understood and refused. */
export class RequestError extends Error {
  override readonly name = 'RequestError'
  readonly code: 'forbidden' | 'badRequest'

  constructor(code: 'forbidden' | 'badRequest', message: string) {
    super(message)
    this.code = code
  }
}
