/** A request that is understood and refused; `internal`: Kubernetes calls it its own fault. */
export class RequestError extends Error {
  override readonly name = 'RequestError'
  readonly code: 'forbidden' | 'badRequest' | 'internal'

  constructor(code: RequestError['code'], message: string) {
    super(message)
    this.code = code
  }
}
