import {argumentsOf, onlyLine, readOptions, wrongCount} from '../corefile/options.ts'
import {change, type Plugin} from '../plugin.ts'
import {typeName} from '../wire/codes.ts'

/** `errors`: a line in the log for each query that went wrong. */
export const errors: Plugin = {
  name: 'errors',
  read: given => {
    const line = onlyLine(given)
    const [place, ...more] = argumentsOf(line)
    if (more.length > 0) throw given.fail(line, wrongCount(line))
    if (place !== undefined && place !== 'stdout') throw given.fail(line, `invalid log file: ${place}`)
    readOptions(given, line, {
      stacktrace: () => undefined,
      consolidate: (_, at) => {
        throw given.fail(at, "'consolidate' is not supported by podlab's DNS")
      },
    })
    return {
      handler:
        ({log}) =>
        next =>
        (query, client) =>
          change(next(query, client), reply => {
            const {name, type} = query.question
            if (reply.error !== undefined)
              log(`[ERROR] plugin/errors: ${reply.rcode} ${name.toLowerCase()} ${typeName(type)}: ${reply.error}`)
            return reply
          }),
    }
  },
}
