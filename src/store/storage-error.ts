/**
 * A file that a store cannot live on. `busy`: another process has it; `foreign`: it is no store of podlab's; `newer`: a later
 * podlab wrote it; `damaged`: what was written cannot be read; `unusable`: the disk refuses.
 */
export type StorageErrorCode = 'busy' | 'foreign' | 'newer' | 'damaged' | 'unusable'

/** A file that cannot be opened as a store; the message says what, where and what to do. */
export class StorageError extends Error {
  override readonly name = 'StorageError'
  readonly code: StorageErrorCode

  constructor(code: StorageErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
