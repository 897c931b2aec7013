import {invalid, invalidText, type Mistake, type Path} from './mistake.ts'
import {integer, type Schema, string} from './schema.ts'

/** A number, or a share such as `25%` of a number that is known later. */
export type IntOrPercent = number | string

export const intOrPercent: Schema = {type: 'integerOrString', integer: integer(-(2 ** 31)), string}

/** The number that is meant where `total` is the whole. A share of it is rounded the way that is asked for. */
export function numberOf(value: IntOrPercent, total: number, round: 'up' | 'down'): number {
  if (typeof value === 'number') return value
  const share = (Number.parseInt(value, 10) * total) / 100
  return round === 'up' ? Math.ceil(share) : Math.floor(share)
}

/** `0`, `0%`. */
export function isZero(value: IntOrPercent): boolean {
  return Number.parseInt(`${value}`, 10) === 0
}

const notPercent =
  "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')"

export function intOrPercentMistakes(value: IntOrPercent, path: Path): Mistake[] {
  if (typeof value === 'number') return value < 0 ? [invalid(path, value, 'must be greater than or equal to 0')] : []
  return /^[0-9]+%$/.test(value) ? [] : [invalidText(path, goIntOrString(value), notPercent)]
}

export function over100PercentMistakes(value: IntOrPercent, path: Path): Mistake[] {
  const over = typeof value === 'string' && Number.parseInt(value, 10) > 100
  return over ? [invalidText(path, goIntOrString(value), 'must not be greater than 100%')] : []
}

/** The value in Go's notation, as the API server's messages have it. */
export function goIntOrString(value: IntOrPercent): string {
  return typeof value === 'number'
    ? `intstr.IntOrString{Type:0, IntVal:${value}, StrVal:""}`
    : `intstr.IntOrString{Type:1, IntVal:0, StrVal:${JSON.stringify(value)}}`
}
