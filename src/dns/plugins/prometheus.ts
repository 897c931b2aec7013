import {argumentsOf, onlyLine, portOf, wrongCount} from '../corefile/options.ts'
import {type Counted, countRequest} from '../metrics/count-request.ts'
import {change, type Plugin} from '../plugin.ts'
import {longestZone} from '../wire/name.ts'

/** `prometheus [ADDRESS]`: counts queries and answers, and shows the numbers under /metrics; `:9153` unless it says otherwise. */
export const prometheus: Plugin = {
  name: 'prometheus',
  read: given => {
    const line = onlyLine(given)
    const [address, ...more] = argumentsOf(line)
    if (more.length > 0 || line.block) throw given.fail(line, wrongCount(line))
    const port = address === undefined ? 9153 : portOf(given, line, address)
    return {
      http: {kind: 'metrics', port},
      handler: site => next => {
        const {metrics, server, clock, zones} = site
        return (query, client) => {
          const started = clock()
          const zone = longestZone(query.question.name.toLowerCase(), zones) ?? '.'
          return change(next(query, client), reply => {
            const counted: Counted = {metrics, server, zone, query, client, reply}
            const count = countRequest(counted)
            count((clock() - started) / 1000)
            if (reply.until === undefined) return reply
            const {again} = reply
            return {
              ...reply,
              again: () => {
                again?.()
                count(0)
              },
            }
          })
        }
      },
    }
  },
}
