/**
 * Why the store refused. `notFound`, `alreadyExists`, `conflict`: the object is not as the caller thinks; `compacted`: the
 * history that a watch asks for is gone, list again; `future`: a revision that is not there yet; `notWritten`: the disk
 * refused, and nothing has changed.
 */
export type StoreErrorCode = 'notFound' | 'alreadyExists' | 'conflict' | 'compacted' | 'future' | 'notWritten'

/** The store's refusal, in Kubernetes' words: `pods "web" already exists`. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
  readonly code: StoreErrorCode

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

export function notFound(plural: string, name: string): StoreError {
  return new StoreError('notFound', `${plural} "${name}" not found`)
}

export function alreadyExists(plural: string, name: string): StoreError {
  return new StoreError('alreadyExists', `${plural} "${name}" already exists`)
}

export function modified(plural: string, name: string): StoreError {
  return conflict(
    plural,
    name,
    'the object has been modified; please apply your changes to the latest version and try again',
  )
}

/** Another object of the same name has taken the place of the one that was meant. */
export function otherUid(plural: string, name: string, expected: string, actual: string | undefined): StoreError {
  const uids = `UID in precondition: ${expected}, UID in object meta: ${actual ?? ''}`
  return conflict(plural, name, `Precondition failed: ${uids}`)
}

export function compacted(asked: number, oldest: number): StoreError {
  return new StoreError('compacted', `too old resource version: ${asked} (${oldest})`)
}

export function future(asked: number, current: number): StoreError {
  return new StoreError('future', `Too large resource version: ${asked}, current: ${current}`)
}

/** The file behind the store takes no more: its disk is full, or gone. */
export function notWritten(path: string, cause: Error): StoreError {
  const message = `nothing was changed: ${path} cannot be written (${cause.message}); make room on its disk and try again`
  return new StoreError('notWritten', message, {cause})
}

/** `what` in the words of the message: `pods`, `ReplicaSet.apps`. */
export function conflict(what: string, name: string, why: string): StoreError {
  return new StoreError('conflict', `Operation cannot be fulfilled on ${what} "${name}": ${why}`)
}
