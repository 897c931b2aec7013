import type {Answer} from './call.ts'
import type {Status} from './status.ts'

export function json(value: unknown, status = 200, type = 'application/json'): Answer {
  return {status, headers: {'content-type': type}, body: `${JSON.stringify(value)}\n`}
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
