import {goValue} from './go-value.ts'
import type {ObjectRef} from './kube-object.ts'

/** Where a value stands in an object: `['spec', 'ports', 0, 'port']`; a key of a mapping is a step made by `atKey`. */
export type Path = readonly (string | number)[]

/**
 * One thing that is wrong with an object, in Kubernetes' words; `hint` adds podlab's advice. `printed` is the place that Kubernetes
 * names where that is not quite the one at which it stands.
 */
export type Mistake = {
  readonly path: Path
  readonly printed?: Path
  readonly message: string
  readonly hint?: string
}

/** An object that Kubernetes would not take. `mistakes` holds all of them, the message prints them as the API server does. */
export class ObjectError extends Error {
  override readonly name = 'ObjectError'
  readonly code = 'invalid'
  readonly ref: ObjectRef
  readonly mistakes: readonly Mistake[]

  constructor(ref: ObjectRef, mistakes: readonly Mistake[]) {
    const texts = mistakes.map(printMistake)
    super(`${ref.kind} "${ref.name ?? ''}" is invalid: ${texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`}`)
    this.ref = ref
    this.mistakes = mistakes
  }
}

/** One line: the field, what is wrong with it, and the advice if there is one. */
export function printMistake({path, printed = path, message, hint}: Mistake): string {
  const named = path.length === 0 || message.startsWith('unknown field')
  return `${named ? '' : `${fieldOf(printed)}: `}${message}${hint ? `; ${hint}` : ''}`
}

/** The path as Kubernetes writes it: `spec.ports[0].port`. */
export function fieldOf(path: Path): string {
  return path
    .map(step => (typeof step === 'number' ? `[${step}]` : step.startsWith('[') ? step : `.${step}`))
    .join('')
    .replace(/^\./, '')
}

/** The step to a key of a mapping, which Kubernetes writes in brackets: `data[tls.crt]`. */
export function atKey(key: string): string {
  return `[${key}]`
}

export function required(path: Path, why?: string): Mistake {
  return {path, message: why ? `Required value: ${why}` : 'Required value'}
}

export function invalid(path: Path, value: unknown, why: string): Mistake {
  return invalidText(path, goValue(value), why)
}

/** As `invalid`, for a value that is already in Go's notation. */
export function invalidText(path: Path, text: string, why: string): Mistake {
  return {path, message: `Invalid value: ${text}: ${why}`}
}

export function duplicate(path: Path, value: unknown): Mistake {
  return {path, message: `Duplicate value: ${goValue(value)}`}
}

export function tooMany(path: Path, count: number, most: number): Mistake {
  return {path, message: `Too many: ${count}: must have at most ${most} items`}
}

export function forbidden(path: Path, why: string): Mistake {
  return {path, message: `Forbidden: ${why}`}
}

/** A value outside a fixed choice, which is listed in the API server's order; a choice of "" is one that goes without saying. */
export function notSupported(path: Path, value: unknown, supported: readonly string[]): Mistake {
  const choice = supported
    .filter(text => text !== '')
    .map(text => JSON.stringify(text))
    .join(', ')
  return {path, message: `Unsupported value: ${goValue(value)}: supported values: ${choice}`}
}
