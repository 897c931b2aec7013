import {ApiError} from './status.ts'

/** Whether a query says yes: it does when it names the word at all and adds neither `false` nor `0`. */
export function flagIn(query: URLSearchParams, name: string): boolean {
  const said = query.get(name)
  return said !== null && said !== '0' && said.toLowerCase() !== 'false'
}

/** A whole number in a query. Throws the API server's words for what is none. */
export function integerIn(query: URLSearchParams, name: string): number | undefined {
  const said = query.get(name) ?? ''
  if (said === '') return undefined
  if (/^[+-]?\d{1,15}$/.test(said)) return Number(said)
  const why = /^[+-]?\d+$/.test(said) ? 'value out of range' : 'invalid syntax'
  throw new ApiError('BadRequest', `strconv.ParseInt: parsing ${JSON.stringify(said)}: ${why}`)
}
