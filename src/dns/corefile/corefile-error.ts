/** What is wrong with a Corefile: where, in CoreDNS's words as far as it has some, and what to do. */
export class CorefileError extends Error {
  override readonly name = 'CorefileError'
  readonly code = 'ECOREFILE'
  /** Counted from 1. */
  readonly line: number

  constructor(line: number, what: string) {
    super(what)
    this.line = line
  }
}

/** An error where the text itself cannot be read. */
export function parsing(file: string, line: number, what: string): CorefileError {
  return new CorefileError(line, `${file}:${line} - Error during parsing: ${what}`)
}
