import {argumentsOf, readOptions, wrongCount} from '../corefile/options.ts'
import {isCut} from '../finish.ts'
import {type Client, change, type Given, type Handler, type Plugin, type Reply, type Site} from '../plugin.ts'
import type {Query} from '../wire/accept.ts'
import {className, rcodeName, rcodes, typeName} from '../wire/codes.ts'
import {lengthOf} from '../wire/length.ts'
import {isWithin, normalName} from '../wire/name.ts'

/** `log [NAMES...] [FORMAT] { class all|success|denial|error }`: a line for each query. */
export const log: Plugin = {
  name: 'log',
  read: given => {
    const rules = readRules(given)
    return {handler: site => next => logHandler(site, rules, next)}
  },
}

type Rule = {readonly zone: string; readonly format: string; readonly classes: ReadonlySet<string>}

const common =
  '{remote}:{port} - {>id} "{type} {class} {name} {proto} {size} {>do} {>bufsize}" {rcode} {>rflags} {rsize} {duration}'

function readRules(given: Given): readonly Rule[] {
  return given.lines.flatMap(line => {
    const words = [...argumentsOf(line)]
    const last = words.at(-1)
    const hasFormat = words.length > 1 && last?.includes('{')
    const format = hasFormat ? (words.pop() ?? '') : common
    const classes = new Set<string>()
    readOptions(given, line, {
      class: (wanted, at) => {
        if (wanted.length === 0) throw given.fail(at, wrongCount(at))
        for (const word of wanted) {
          if (!['all', 'success', 'denial', 'error'].includes(word)) throw given.fail(at, `invalid Class: ${word}`)
          classes.add(word)
        }
      },
    })
    const full = format.replaceAll('{common}', common).replaceAll('{combined}', `${common} "{>opcode}"`)
    const zones = words.length === 0 ? ['.'] : words.map(normalName)
    return zones.map(zone => ({zone, format: full, classes: classes.size === 0 ? new Set(['all']) : classes}))
  })
}

function logHandler(site: Site, rules: readonly Rule[], next: Handler): Handler {
  return (query, client) => {
    const name = query.question.name.toLowerCase()
    const rule = rules.find(({zone}) => isWithin(name, zone))
    if (!rule) return next(query, client)
    const started = site.clock()
    return change(next(query, client), reply => {
      const {until: _, ...once} = reply
      if (rule.classes.has('all') || rule.classes.has(classOf(reply)))
        site.log(`[INFO] ${line(rule.format, {query, reply, client, seconds: (site.clock() - started) / 1000})}`)
      return once
    })
  }
}

function classOf({rcode, authorities, answers, bare}: Reply): 'success' | 'denial' | 'error' {
  const denies = answers.length === 0 && authorities.some(({type}) => type === 'SOA')
  if (!bare && denies && (rcode === rcodes.NOERROR || rcode === rcodes.NXDOMAIN)) return 'denial'
  return rcode === rcodes.NOERROR && !bare ? 'success' : 'error'
}

type Logged = {readonly query: Query; readonly reply: Reply; readonly client: Client; readonly seconds: number}

function line(format: string, logged: Logged): string {
  return format.replace(/\{>?[a-z]+\}/g, label =>
    Object.hasOwn(values, label) ? (values[label]?.(logged) ?? '-') : label,
  )
}

const values: Readonly<Record<string, (logged: Logged) => string>> = {
  '{type}': ({query}) => typeName(query.question.type),
  '{class}': ({query}) => className(query.question.class),
  '{name}': ({query}) => query.question.name.toLowerCase(),
  '{proto}': ({client}) => client.protocol,
  '{size}': ({query}) => `${lengthOf(query)}`,
  '{remote}': ({client}) => (client.address.includes(':') ? `[${client.address}]` : client.address),
  '{port}': ({client}) => `${client.port}`,
  '{>id}': ({query}) => `${query.id}`,
  '{>opcode}': ({query}) => `${query.opcode}`,
  '{>do}': ({query}) => `${query.edns?.dnssec ?? false}`,
  '{>bufsize}': ({query, client}) => `${client.protocol === 'tcp' ? 65_535 : Math.max(512, query.edns?.size ?? 512)}`,
  '{rcode}': ({reply}) => (reply.bare ? '-' : rcodeName(reply.rcode)),
  '{rsize}': ({query, reply}) => (reply.bare ? '0' : `${lengthOf({...reply, question: query.question})}`),
  '{>rflags}': ({query, client, reply}) => (reply.bare ? '-' : flags(query, client, reply)),
  '{duration}': ({seconds}) => `${seconds.toFixed(9).replace(/\.?0+$/, '')}s`,
}

function flags(query: Query, client: Client, reply: Reply): string {
  const set: readonly (readonly [string, boolean | undefined])[] = [
    ['qr', true],
    ['aa', reply.authoritative],
    ['tc', reply.truncated || isCut(query, client, reply)],
    ['rd', query.recursionDesired],
    ['ra', reply.recursionAvailable],
    ['ad', reply.authenticated],
    ['cd', query.checkingDisabled],
  ]
  return set.flatMap(([name, is]) => (is ? [name] : [])).join(',')
}
