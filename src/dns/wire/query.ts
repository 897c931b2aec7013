import type {Query} from './accept.ts'
import type {Question} from './record.ts'

/** A query as a resolver sends it: recursion desired, and nothing else. */
export function queryFor(question: Question, id = 0): Query {
  return {
    id,
    response: false,
    opcode: 0,
    authoritative: false,
    truncated: false,
    recursionDesired: true,
    recursionAvailable: false,
    authenticated: false,
    checkingDisabled: false,
    rcode: 0,
    question,
    answers: [],
    authorities: [],
    additionals: [],
  }
}
