import {listOf, type Parameter, type ParameterValue, unknown} from './parameters.ts'
import type {Fault} from './shape.ts'

type Path = readonly PropertyKey[]

/** A value with its placeholders filled, what is wrong with them, and which parameters were used. */
export type Filled = {readonly value: unknown; readonly faults: readonly Fault[]; readonly used: ReadonlySet<string>}

/**
 * Puts parameters in place of `${NAME}`. A placeholder that is the whole value keeps the parameter's type; inside a text it becomes
 * a part of the text. `$${NAME}` stands for `${NAME}` itself. This is done to values, after the YAML has been read: what is
 * put in can never become structure. Keys have no placeholders.
 */
export function fillPlaceholders(value: unknown, known: Known): Filled {
  const filling: Filling = {...known, faults: [], used: new Set(), seen: new Map()}
  const filled = fill(value, [], filling)
  return {value: filled, faults: filling.faults, used: filling.used}
}

type Known = {
  readonly values: ReadonlyMap<string, ParameterValue>
  readonly parameters: ReadonlyMap<string, Parameter>
  /** The names of all that are declared, well or not: what is wrong with a declaration is told there. */
  readonly declared: ReadonlySet<string>
}

type Filling = Known & {
  readonly faults: Fault[]
  readonly used: Set<string>
  /** Aliases make one value stand in several places; it is filled once. */
  readonly seen: Map<object, unknown>
}

function fill(value: unknown, path: Path, filling: Filling): unknown {
  if (typeof value === 'string') return fillText(value, path, filling)
  if (typeof value !== 'object' || value === null) return value
  if (filling.seen.has(value)) return filling.seen.get(value)
  const filled = Array.isArray(value)
    ? value.map((item, index) => fill(item, [...path, index], filling))
    : Object.fromEntries(Object.entries(value).map(([key, inner]) => fillEntry(key, inner, {path, filling})))
  filling.seen.set(value, filled)
  return filled
}

function fillEntry(key: string, inner: unknown, {path, filling}: {path: Path; filling: Filling}): [string, unknown] {
  const [placeholder] = [...key.matchAll(form)].filter(([text]) => !text.startsWith('$$'))
  if (placeholder)
    filling.faults.push({path, key, message: `${placeholder[0]} in a key; a placeholder is put in values`})
  // They are read before there are parameters.
  const early = path.length === 0 && (key === 'include' || key === 'parameters')
  return [key, early ? inner : fill(inner, [...path, key], filling)]
}

const form = /\$?\$\{\s*(\w+)\s*\}/g

function fillText(text: string, path: Path, filling: Filling): unknown {
  if (!text.includes('${')) return text
  const [whole] = text.matchAll(form)
  if (whole?.[0] === text.trim() && !text.startsWith('$$')) return parameterOf(whole[1] ?? '', text, {path, filling})
  return text.replace(form, (found, name: string) =>
    found.startsWith('$$') ? found.slice(1) : String(parameterOf(name, found, {path, filling})),
  )
}

function parameterOf(name: string, found: string, {path, filling}: {path: Path; filling: Filling}): ParameterValue {
  const value = filling.values.get(name)
  filling.used.add(name)
  if (value !== undefined) return value
  if (filling.declared.has(name)) return found
  const hint = `${listOf(filling.parameters)}\nfor a shell's own variable write $${found}`
  filling.faults.push({path, message: unknown(name, filling.parameters.keys()), hint})
  return found
}
