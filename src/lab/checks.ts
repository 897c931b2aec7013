import type {CheckForm} from './check-schema.ts'
import type {CheckConfig} from './lab.ts'
import type {Fault} from './shape.ts'
import {parseTarget} from './targets.ts'

type Path = readonly (string | number)[]
type Written = Readonly<Record<string, unknown>>

/** A check as written, once its shape is known to be good: title, points, sentences, and the one key that is its type. */
export function checkConfig(written: unknown, path: Path): CheckConfig {
  const {title, points = 1, pass, fail, ...rest} = written as Written
  const [type = '', parameters] = Object.entries(rest)[0] ?? []
  return {
    title: title === undefined ? titleOf(type, parameters) : String(title),
    ...(pass !== undefined && {pass: String(pass)}),
    ...(fail !== undefined && {fail: String(fail)}),
    points: Number(points),
    type,
    parameters,
    path: [...path, type],
  }
}

/** The machines that a target may name. */
export type Machines = {readonly nodes: readonly string[]; readonly clients: readonly string[]}

/** The targets of a check that name a node or client which the lab does not have. */
export function targetFaults(
  {type, parameters, path}: CheckConfig,
  {checks, machines}: {readonly checks: Readonly<Record<string, CheckForm>>; readonly machines: Machines},
): readonly Fault[] {
  const holders = checks[type]?.targets ?? []
  return holders.flatMap(key => machineFaults((parameters as Written)[key], [...path, key], machines))
}

/** A target that names a node or client which the lab does not have. */
export function machineFaults(target: unknown, path: Path, machines: Machines): readonly Fault[] {
  if (typeof target !== 'string') return []
  const form = parseTarget(target)
  if (form.kind !== 'node' && form.kind !== 'client') return []
  const names = machines[`${form.kind}s`]
  if (names.includes(form.name)) return []
  const hint = `${form.kind}s here: ${names.join(', ') || 'none'}`
  return [{path, message: `no ${form.kind} is named ${form.name}`, hint}]
}

/** `reaches http://10.0.0.1 from pod/client`: the type and its texts, for a check without a title. */
function titleOf(type: string, parameters: unknown): string {
  const texts = Object.entries(parameters as Written)
    .filter(([, value]) => typeof value === 'string' || typeof value === 'number')
    .map(([key, value]) => `${key} ${value}`)
  return `${type}: ${texts.join(', ')}`
}
