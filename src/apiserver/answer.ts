import type {Answer} from './call.ts'
import type {Status} from './status.ts'

export function json(value: unknown, status = 200, type = 'application/json'): Answer {
  return {status, headers: {'content-type': type}, body: `${JSON.stringify(value)}\n`}
}

/** How many items of a list are text at the same time. */
const atOnce = 250

/**
 * A list: what `head` says, and then under `field` all items as `shown` shows them. Of a long one no more is made than the client takes, so that
 * ten thousand objects are never in memory as text.
 */
export function jsonList<T>(
  head: object,
  {field, items, shown}: {field: 'items' | 'rows'; items: readonly T[]; shown(item: T): unknown},
): Answer {
  if (items.length <= atOnce) return json({...head, [field]: items.map(shown)})
  return {status: 200, headers: {'content-type': 'application/json'}, body: pieces()}

  async function* pieces(): AsyncGenerator<string> {
    yield `${JSON.stringify(head).slice(0, -1)},"${field}":[`
    for (let at = 0; at < items.length; at += atOnce) {
      const texts = items.slice(at, at + atOnce).map(item => JSON.stringify(shown(item)))
      yield `${at === 0 ? '' : ','}${texts.join(',')}`
    }
    yield ']}\n'
  }
}

export function plain(text: string, status = 200): Answer {
  return {status, headers: {'content-type': 'text/plain; charset=utf-8'}, body: text}
}

/** A Status with its own code; clients that shall come back later are told when. */
export function statusAnswer(status: Status): Answer {
  const {headers, ...answer} = json(status, status.code ?? 200)
  const later = status.details?.retryAfterSeconds
  return {...answer, headers: {...headers, ...(later !== undefined && {'retry-after': `${later}`})}}
}

/** Warnings that kubectl shows, each once, as the header that HTTP has for them. */
export function warned(answer: Answer, warnings: readonly string[]): Answer {
  if (warnings.length === 0) return answer
  const lines = [...new Set(warnings)].map(text => `299 - "${printable(text)}"`)
  return {...answer, headers: {...answer.headers, warning: lines}}
}

/** A header takes no line ends and nothing beyond Latin 1. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, '\\$&')
}
