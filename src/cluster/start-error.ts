/** A lab that could not be started; `no-sandbox`, `no-session`, `missing-tools`, `no-ipvs` and `no-resolver` are the machine's fault. */
export class StartError extends Error {
  override readonly name = 'StartError'
  readonly code:
    | 'already-up'
    | 'kept'
    | 'no-sandbox'
    | 'no-session'
    | 'missing-tools'
    | 'no-ipvs'
    | 'no-resolver'
    | 'start-failed'

  constructor(message: string, code: StartError['code']) {
    super(message)
    this.code = code
  }
}
