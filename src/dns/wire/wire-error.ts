/** Bytes that are no DNS message, or text that is no name or record. */
export class WireError extends Error {
  override readonly name = 'WireError'
  readonly code = 'EDNSWIRE'
}
