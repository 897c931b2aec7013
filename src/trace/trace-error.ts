/** Something on a packet's way that the tracer does not know; it never guesses. The message says what, and where. */
export class TraceError extends Error {
  override readonly name = 'TraceError'
}
