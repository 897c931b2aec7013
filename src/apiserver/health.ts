import {plain} from './answer.ts'
import type {Answer} from './call.ts'
import {noSuchPath} from './status.ts'

/* What the server is made of, as its health is asked for; a server that answers has all of it. */
const parts: Readonly<Record<string, readonly string[]>> = {
  healthz: ['ping', 'log', 'store'],
  livez: ['ping', 'log', 'store'],
  readyz: ['ping', 'log', 'store', 'informer-sync', 'shutdown'],
}

/** Whether a path asks for the server's health: `/livez`, `/readyz/ping`. */
export function asksHealth([root = '', ...rest]: readonly string[]): boolean {
  return Object.hasOwn(parts, root) && rest.length <= 1
}

/** `ok`, or with `verbose` a line for every part; `exclude` leaves some of them out. */
export function health([root = '', part]: readonly string[], query: URLSearchParams): Answer {
  const all = parts[root] ?? []
  if (part !== undefined && !all.includes(part)) throw noSuchPath()
  if (part !== undefined || !query.has('verbose')) return plain('ok')
  const excluded = query.getAll('exclude')
  const lines = all.map(one => `[+]${one} ${excluded.includes(one) ? 'excluded: ok' : 'ok'}\n`)
  const unknown = excluded.filter(one => !all.includes(one)).map(one => JSON.stringify(one))
  if (unknown.length > 0)
    lines.push(`warn: some health checks cannot be excluded: no matches for ${unknown.join(', ')}\n`)
  return plain(`${lines.join('')}${root} check passed\n`)
}
