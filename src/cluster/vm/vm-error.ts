/** A virtual machine that could not be made, or has ended without a result; `machine` is for what this machine lacks. */
export class VmError extends Error {
  override readonly name = 'VmError'
  readonly code: 'machine' | 'usage' | 'no-result'

  constructor(message: string, code: VmError['code'] = 'machine', cause?: unknown) {
    super(message, {cause})
    this.code = code
  }
}
