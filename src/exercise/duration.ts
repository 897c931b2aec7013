import {parsed} from '../lab/shape.ts'

/** Reads `500ms`, `5s` or `2m` as milliseconds; at most ten minutes. */
export function parseDuration(text: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text) ?? []
  const milliseconds = Number(number) * ({ms: 1, s: 1000, m: 60_000}[unit] ?? Number.NaN)
  if (Number.isNaN(milliseconds)) throw new DurationError(`"${text}" is no duration; expected 500ms, 5s or 2m`)
  if (milliseconds > 600_000) throw new DurationError(`${text} is too long; at most 10m`)
  return milliseconds
}

/** The text is no duration. */
export class DurationError extends Error {
  override readonly name = 'DurationError'
}

/** `within:` of a check. */
export function within(preset: string) {
  return parsed(parseDuration, preset).prefault(preset).describe('How long to try, like 500ms, 5s or 2m')
}
