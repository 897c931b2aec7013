import type {Line} from '../corefile/lines.ts'
import {bare, change, type Given, type Handler, type Plugin, type Reply} from '../plugin.ts'
import {rcodes, typeNumber} from '../wire/codes.ts'
import {isName} from '../wire/name.ts'
import type {Question, ResourceRecord} from '../wire/record.ts'
import {type Rewriter, readNameRule} from './rewrite-name.ts'

/** `rewrite [continue|stop] name|type ...`: another question is asked in place of the client's, which never learns of it. */
export const rewrite: Plugin = {
  name: 'rewrite',
  read: given => {
    const rules = given.lines.map(line => readRule(given, line))
    return {handler: () => next => rewriteHandler(rules, next)}
  },
}

/** A rule: another question, and what turns names of the answer back; undefined where it does not apply. */
export type Rule = (question: Question) => {readonly question: Question; readonly back: readonly Rewriter[]} | undefined

type Step = {readonly rule: Rule; readonly goesOn: boolean}

function readRule(given: Given, line: Line): Step {
  const words = [...line.words.slice(1), ...(line.block ?? []).flatMap(({words}) => words)]
  const [first = ''] = words
  const goesOn = first.toLowerCase() === 'continue'
  const rest = goesOn || first.toLowerCase() === 'stop' ? words.slice(1) : words
  const [kind = '', ...args] = rest
  const {fail} = given
  switch (kind.toLowerCase()) {
    case 'name':
      return {rule: readNameRule(args, what => fail(line, what)), goesOn}
    case 'type':
      return {rule: readTypeRule(args, what => fail(line, what)), goesOn}
    case 'class':
    case 'edns0':
    case 'ttl':
    case 'cname':
    case 'rcode':
      throw fail(line, `rewrite of '${kind}' is not supported by podlab's DNS: it rewrites names and types`)
    case 'answer':
      throw fail(line, 'response rewrites must begin with a name rule')
    case '':
      throw fail(line, 'no rule type specified for rewrite')
    default:
      throw fail(line, `invalid rule type "${kind}"`)
  }
}

function readTypeRule(args: readonly string[], fail: (what: string) => Error): Rule {
  if (args.length !== 2) throw fail('type rules must have exactly two arguments')
  const [from, to] = args.map(word => typeNumber(word.toUpperCase()))
  if (from === undefined || to === undefined) throw fail(`invalid type in "${args.join(' ')}"`)
  return question => (question.type === from ? {question: {...question, type: to}, back: []} : undefined)
}

function rewriteHandler(steps: readonly Step[], next: Handler): Handler {
  return (query, client) => {
    let {question} = query
    const back: Rewriter[] = []
    for (const {rule, goesOn} of steps) {
      const done = rule(question)
      if (!done) continue
      question = done.question
      if (!isName(question.name))
        return bare(rcodes.SERVFAIL, 'rewrite', `invalid name after rewrite: ${question.name}`)
      back.unshift(...done.back.toReversed())
      if (!goesOn) break
    }
    if (question === query.question) return next(query, client)
    return change(next({...query, question}, client), reply => turnBack(reply, back))
  }
}

function turnBack(reply: Reply, back: readonly Rewriter[]): Reply {
  const turn = (records: readonly ResourceRecord[]) => records.map(record => turnRecord(record, back))
  return {
    ...reply,
    answers: turn(reply.answers),
    authorities: turn(reply.authorities),
    additionals: turn(reply.additionals),
  }
}

function turnRecord(record: ResourceRecord, back: readonly Rewriter[]): ResourceRecord {
  const turn = (text: string, what: 'name' | 'value') =>
    back.reduce((now, rewriter) => (rewriter.what === what ? rewriter.turn(now) : now), text)
  const named = {...record, name: turn(record.name, 'name')}
  if ('target' in named) return {...named, target: turn(named.target, 'value')}
  if ('primary' in named) return {...named, primary: turn(named.primary, 'value')}
  return named
}
