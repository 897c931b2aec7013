/** A root file system that cannot be used; the message follows its name: `is cut off`. */
export class RootError extends Error {
  override readonly name = 'RootError'
}
