import {comparable} from './_comparable.ts'
import {at, changed} from './_fields.ts'
import type {Recorded, Step, Topic} from './_topic.ts'

export type Asked = {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

/** Who answers: podlab, or the judge. */
export type Server = (asked: Asked) => Promise<{readonly status: number; readonly text: string}>

/** Asks all of a topic's questions, in order, and gives the answers in a form that can be compared. */
export async function play({bases, managedFields, steps}: Topic, server: Server): Promise<readonly Recorded[]> {
  const kept = new Map<string, string>()
  const answers: Recorded[] = []
  let last: unknown
  for (const step of steps) {
    const {status, text} = await server(askedIn(step, {...bases, answer: last}, kept))
    last = readAnswer(text)
    for (const [name, path] of Object.entries(step.keep ?? {})) kept.set(name, String(at(last, path)))
    answers.push({code: status, ...bodyOf(step, comparable(last, {managedFields}))})
  }
  return answers
}

function askedIn(step: Step, bases: Readonly<Record<string, unknown>>, kept: ReadonlyMap<string, string>): Asked {
  const {ask, base, set = {}, type, accept} = step
  const fill = (text: string) => text.replace(/\{\{(\w+)\}\}/g, (_, name) => kept.get(name) ?? '')
  const [method = '', path = ''] = ask.split(' ')
  const value = base === undefined ? step.body : changed(bases[base], set)
  const text = value === undefined || typeof value === 'string' ? value : JSON.stringify(value)
  const headers = {
    accept: accept ?? 'application/json',
    ...(text !== undefined && {'content-type': type ?? 'application/json'}),
  }
  return {method, path: fill(path), headers, body: text === undefined ? undefined : fill(text)}
}

/** A watch is answered with one value a line. */
function readAnswer(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {}
  try {
    const lines = text.split('\n').filter(Boolean)
    return lines.map(line => JSON.parse(line))
  } catch {
    return text
  }
}

function bodyOf({see}: Step, body: unknown): {body?: unknown} {
  if (see === undefined) return {body}
  const seen = see.map(path => [path, at(body, path)] as const).filter(([, value]) => value !== undefined)
  return see.length === 0 ? {} : {body: Object.fromEntries(seen)}
}
