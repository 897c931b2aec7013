import {normalName} from '../wire/name.ts'
import type {Rule} from './rewrite.ts'

/** Turns names of an answer: those that records belong to, or those that stand in them. */
export type Rewriter = {readonly what: 'name' | 'value'; readonly turn: (name: string) => string}

type Fail = (what: string) => Error

/** Reads `[exact|prefix|suffix|substring|regex] FROM TO [answer auto] [answer name FROM TO] [answer value FROM TO]`. */
export function readNameRule(args: readonly string[], fail: Fail): Rule {
  if (args.length < 2) throw fail('too few arguments for a name rule')
  const [kind = '', from = '', to = '', ...answers] = args.length === 2 ? ['exact', ...args] : args
  const {auto, rewriters} = readAnswers(kind, answers, fail)
  switch (kind.toLowerCase()) {
    case 'exact': {
      const [old, now] = [normalName(from), normalName(to)]
      return rule(name => (name === old ? now : undefined), mapping, rewriters)
    }
    case 'prefix': {
      const [old, now] = [from.toLowerCase(), to.toLowerCase()]
      return rule(
        name => (name.startsWith(old) ? now + name.slice(old.length) : undefined),
        auto ? mapping : none,
        rewriters,
      )
    }
    case 'suffix': {
      const [old, now] = [normalName(from), normalName(to)]
      const turn = (name: string) => (name.endsWith(now) ? name.slice(0, name.length - now.length) + old : name)
      return rule(
        name => (name.endsWith(old) ? name.slice(0, name.length - old.length) + now : undefined),
        () => (auto ? both(turn) : []),
        rewriters,
      )
    }
    case 'substring': {
      const [old, now] = [from.toLowerCase(), to.toLowerCase()]
      return rule(
        name => (name.includes(old) ? name.replaceAll(old, now) : undefined),
        auto ? mapping : none,
        rewriters,
      )
    }
    case 'regex': {
      const pattern = patternOf(from, fail)
      const now = normalName(to)
      return rule(name => replaced(pattern, now, name), auto ? mapping : none, rewriters)
    }
    default:
      throw fail(`name rule supports only exact, prefix, suffix, substring, and regex name matching, received: ${kind}`)
  }
}

type Back = (before: string, after: string) => readonly Rewriter[]

function rule(turn: (name: string) => string | undefined, back: Back, rewriters: readonly Rewriter[]): Rule {
  return question => {
    const before = question.name.toLowerCase()
    const after = turn(before)
    if (after === undefined) return undefined
    return {question: {...question, name: after}, back: [...back(before, after), ...rewriters]}
  }
}

/* The new name becomes the old one again, and so do names below it. */
const mapping: Back = (before, after) =>
  both(name => {
    if (name === after) return before
    return name.endsWith(`.${after}`) ? name.slice(0, name.length - after.length) + before : name
  })

const none: Back = () => []

function both(turn: (name: string) => string): readonly Rewriter[] {
  return [
    {what: 'name', turn},
    {what: 'value', turn},
  ]
}

type Answers = {readonly auto: boolean; readonly rewriters: readonly Rewriter[]}

function readAnswers(kind: string, words: readonly string[], fail: Fail): Answers {
  let answers: Answers = {auto: false, rewriters: []}
  const rest = [...words]
  while (rest.length > 0) {
    const isFirst = !answers.auto && answers.rewriters.length === 0
    if (rest[0] === 'answer') rest.shift()
    else if (isFirst) throw fail(`exceeded the number of arguments for a non-answer rule argument for ${kind} rule`)
    answers = readOneAnswer(answers, rest, what => fail(`${what} for ${kind} rule`))
  }
  if (answers.auto && answers.rewriters.some(({what}) => what === 'name'))
    throw fail('auto name answer rule cannot be combined with explicit name anwer rules')
  return answers
}

/* Takes the words of one rule off the rest. */
function readOneAnswer({auto, rewriters}: Answers, rest: string[], fail: Fail): Answers {
  const what = rest.shift()
  switch (what) {
    case 'auto':
      return {auto: true, rewriters}
    case 'name':
    case 'value': {
      const [from, to] = [rest.shift(), rest.shift()]
      if (from === undefined || to === undefined) throw fail(`2 arguments required: ${what} answer rule`)
      const pattern = patternOf(from, fail)
      const now = normalName(to)
      return {auto, rewriters: [...rewriters, {what, turn: name => replaced(pattern, now, name) ?? name}]}
    }
    case undefined:
      throw fail('type missing for answer rule')
    default:
      throw fail(`invalid type "${what}" for answer rule`)
  }
}

function patternOf(text: string, fail: Fail): RegExp {
  const [, flags = '', body = ''] = /^(?:\(\?([is]+)\))?(.*)$/s.exec(text) ?? []
  try {
    return new RegExp(body, flags)
  } catch {
    throw fail(`invalid regex pattern in a rewrite rule: ${text}`)
  }
}

/* `{1}` stands for what the first parentheses matched. */
function replaced(pattern: RegExp, replacement: string, name: string): string | undefined {
  const groups = pattern.exec(name)
  return groups
    ? groups.reduce((text, group, index) => text.replaceAll(`{${index}}`, () => group ?? ''), replacement)
    : undefined
}
