/** A text that is no address, network or MAC: what was given, and what is expected. */
export class NetError extends Error {
  override readonly name = 'NetError'
}
