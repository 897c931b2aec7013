import {argumentsOf, wrongCount} from '../corefile/options.ts'
import {change, type Plugin, type Reply} from '../plugin.ts'
import {rcodes} from '../wire/codes.ts'
import type {ResourceRecord} from '../wire/record.ts'

/** `loadbalance [round_robin]`: addresses come in another order each time, after aliases. */
export const loadbalance: Plugin = {
  name: 'loadbalance',
  read: ({lines, fail}) => {
    for (const line of lines) {
      const [policy = 'round_robin', ...more] = argumentsOf(line)
      if (policy === 'weighted') throw fail(line, "'weighted' is not supported by podlab's DNS")
      if (policy !== 'round_robin') throw fail(line, `unknown policy: ${policy}`)
      if (more.length > 0 || line.block) throw fail(line, wrongCount(line))
    }
    return {
      handler:
        ({random}) =>
        next =>
        (query, client) =>
          change(next(query, client), reply => balanced(reply, random)),
    }
  },
}

function balanced(reply: Reply, random: () => number): Reply {
  const {answers, authorities, additionals} = reply
  const isPlain = answers.length < 2 && authorities.length < 2 && additionals.length < 2
  if (reply.rcode !== rcodes.NOERROR || isPlain) return reply
  const {until: _, ...once} = reply
  return {
    ...once,
    answers: shuffled(answers, random),
    authorities: shuffled(authorities, random),
    additionals: shuffled(additionals, random),
  }
}

function shuffled(records: readonly ResourceRecord[], random: () => number): readonly ResourceRecord[] {
  if (records.length < 2) return records
  const place = ({type}: ResourceRecord) =>
    type === 'CNAME' ? 0 : type === 'A' || type === 'AAAA' ? 2 : type === 'MX' ? 3 : 1
  const groups: ResourceRecord[][] = [[], [], [], []]
  for (const record of records) groups[place(record)]?.push(record)
  const [aliases = [], rest = [], addresses = [], mails = []] = groups
  return [...aliases, ...rest, ...mixed(addresses, random), ...mixed(mails, random)]
}

function mixed<T>(things: T[], random: () => number): readonly T[] {
  for (let at = 0; at < things.length - 1; at++) {
    const other = at + Math.floor(random() * (things.length - at))
    const [one, two] = [things[at], things[other]]
    if (one !== undefined && two !== undefined) [things[at], things[other]] = [two, one]
  }
  return things
}
