import {argumentsOf, onlyLine, wrongCount} from '../corefile/options.ts'
import {bare, type Handler, type Plugin, type Site, then} from '../plugin.ts'
import {rcodes, typeNumber} from '../wire/codes.ts'
import {queryFor} from '../wire/query.ts'

/**
 * `loop`: finds out whether queries that are forwarded come back. At its start the server asks itself for a name that nobody else knows; when
 * the query is seen for the third time it goes round in a circle, and the server ends.
 */
export const loop: Plugin = {
  name: 'loop',
  read: given => {
    const line = onlyLine(given)
    if (argumentsOf(line).length > 0) throw given.fail(line, wrongCount(line))
    return {handler: site => next => loopHandler(site, next)}
  },
}

function loopHandler(site: Site, next: Handler): Handler {
  const [zone = '.'] = site.zones
  const word = () => Math.floor(site.random() * 2 ** 53)
  const name = `${word()}.${word()}.${zone === '.' ? '' : zone}`
  let seen = 0
  let over = false
  const end = () => {
    over = true
  }
  site.later(0, () => {
    const client = {address: '127.0.0.1', port: 0, protocol: 'udp'} as const
    void then(site.ask(queryFor({name, type: hinfo, class: 1}), client), () => site.later(watchFor, end))
  })
  return (query, client) => {
    if (!over && query.question.type === hinfo && query.question.name.toLowerCase() === name) {
      seen += 1
      if (seen === 3)
        site.fatal(
          `plugin/loop: Loop (${client.address}:${client.port} -> :${site.port}) detected for zone "${zone}", see https://coredns.io/plugins/loop#troubleshooting. Query: "HINFO ${name}"`,
        )
      if (seen > 2) return bare(rcodes.SERVFAIL, 'loop')
    }
    return next(query, client)
  }
}

const hinfo = typeNumber('HINFO') ?? 13

/* How long it looks out for the query after the answer came, in milliseconds. */
const watchFor = 2000
