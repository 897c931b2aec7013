import type {CheckForm} from './check-schema.ts'
import type {CheckConfig} from './lab.ts'
import type {Fault} from './shape.ts'
import {parseTarget} from './targets.ts'

type Path = readonly (string | number)[]
type Written = Readonly<Record<string, unknown>>

/** A check as written, once its shape is known to be good: title, points, and the one key that is its type. */
export function checkConfig(written: unknown, path: Path): CheckConfig {
  const {title, points = 1, ...rest} = written as Written
  const [type = '', parameters] = Object.entries(rest)[0] ?? []
  return {
    title: title === undefined ? titleOf(type, parameters) : String(title),
    points: Number(points),
    type,
    parameters,
    path: [...path, type],
  }
}

/** The targets of a check that name a node which the lab does not have. */
export function targetFaults(
  {type, parameters, path}: CheckConfig,
  {checks, nodes}: {readonly checks: Readonly<Record<string, CheckForm>>; readonly nodes: readonly string[]},
): readonly Fault[] {
  const holders = checks[type]?.targets ?? []
  return holders.flatMap(key => nodeFaults((parameters as Written)[key], [...path, key], nodes))
}

/** A target that names a node which the lab does not have. */
export function nodeFaults(target: unknown, path: Path, nodes: readonly string[]): readonly Fault[] {
  if (typeof target !== 'string') return []
  const form = parseTarget(target)
  if (form.kind !== 'node' || nodes.includes(form.name)) return []
  return [{path, message: `no node is named ${form.name}`, hint: `nodes here: ${nodes.join(', ')}`}]
}

/** `reaches http://10.0.0.1 from pod/client`: the type and its texts, for a check without a title. */
function titleOf(type: string, parameters: unknown): string {
  const texts = Object.entries(parameters as Written)
    .filter(([, value]) => typeof value === 'string' || typeof value === 'number')
    .map(([key, value]) => `${key} ${value}`)
  return `${type}: ${texts.join(', ')}`
}
