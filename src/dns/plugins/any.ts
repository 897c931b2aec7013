import {argumentsOf, onlyLine, wrongCount} from '../corefile/options.ts'
import type {Plugin} from '../plugin.ts'
import {rcodes, typeNumber} from '../wire/codes.ts'

/** `any`: whoever asks for everything gets one short record (RFC 8482). */
export const any: Plugin = {
  name: 'any',
  read: given => {
    const line = onlyLine(given)
    if (argumentsOf(line).length > 0) throw given.fail(line, wrongCount(line))
    return {
      handler: () => next => (query, client) => {
        const {name, type} = query.question
        if (type !== everything) return next(query, client)
        return {
          rcode: rcodes.NOERROR,
          answers: [{name, ttl: 8482, type: 'HINFO', cpu: 'ANY obsoleted', os: 'See RFC 8482'}],
          authorities: [],
          additionals: [],
          authoritative: false,
          by: 'any',
          until: Number.POSITIVE_INFINITY,
        }
      },
    }
  },
}

const everything = typeNumber('ANY')
