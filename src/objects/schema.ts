import type {Format} from './format.ts'
import {fieldOf, invalid, type Mistake, notSupported, type Path, required} from './mistake.ts'
import {suggestion} from './nearest.ts'

/** The shape of a JSON value, as data: one table checks what people write and can be shown to clients. */
export type Schema =
  | {
      readonly type: 'object'
      readonly fields: Readonly<Record<string, Schema>>
      readonly required?: readonly string[]
      /** A strategic merge patch of it drops what the patch does not name in `$retainKeys`. */
      readonly retainKeys?: boolean
    }
  | {readonly type: 'map'; readonly values: Schema; readonly keys?: Format}
  | {readonly type: 'array'; readonly items: Schema; readonly merge?: ListMerge}
  | {readonly type: 'string'; readonly format?: Format; readonly oneOf?: readonly string[]}
  | {
      readonly type: 'integer'
      readonly minimum?: number
      readonly maximum?: number
      /** What Kubernetes says of a number that is out of range, where it does not name the range in its usual words. */
      readonly why?: string
      /** Whether 0 means that it is not there. */
      readonly zeroIsMissing?: boolean
    }
  | {readonly type: 'boolean'}
  | {readonly type: 'integerOrString'; readonly integer: Schema; readonly string: Schema}
  /** Taken as it is: what only the cluster itself writes, or what is checked elsewhere. */
  | {readonly type: 'anything'}
  /** A field that Kubernetes knows and podlab does not serve. */
  | {readonly type: 'unsupported'; readonly what: string}

/**
 * How a patch merges a list: item by item, where items are the same when these fields of theirs are (a strategic merge patch looks at
 * the first field only), or as a set of scalars. A list without it is replaced as a whole.
 */
export type ListMerge = {readonly keys: readonly [string, ...string[]]} | 'set'

export const anything: Schema = {type: 'anything'}
export const boolean: Schema = {type: 'boolean'}
export const string: Schema = {type: 'string'}

export function text(format: Format): Schema {
  return {type: 'string', format}
}

export function oneOf(...values: readonly string[]): Schema {
  return {type: 'string', oneOf: values}
}

export function integer(minimum: number, maximum = 2 ** 31 - 1, why?: string): Schema {
  return {type: 'integer', minimum, maximum, ...(why && {why})}
}

export function list(items: Schema): Schema {
  return {type: 'array', items}
}

/** A list that patches merge item by item: `listBy(['containerPort', 'protocol'], portSchema)`. */
export function listBy(keys: readonly [string, ...string[]], items: Schema): Schema {
  return {type: 'array', items, merge: {keys}}
}

/** A list of scalars that patches merge as a set. */
export function setOf(items: Schema): Schema {
  return {type: 'array', items, merge: 'set'}
}

export function map(values: Schema, keys?: Format): Schema {
  return {type: 'map', values, ...(keys && {keys})}
}

export function record(fields: Readonly<Record<string, Schema>>, required: readonly string[] = []): Schema {
  return {type: 'object', fields, required}
}

/** `podlab does not support WHAT`: for fields that Kubernetes knows, so that nothing is ever ignored in silence. */
export function unsupported(what: string): Schema {
  return {type: 'unsupported', what}
}

/** The value without its nulls, which mean "not there"; what is wrong with it is added to `mistakes`. */
export function readValue(schema: Schema, value: unknown, path: Path, mistakes: Mistake[]): unknown {
  switch (schema.type) {
    case 'anything':
      return value
    case 'unsupported':
      mistakes.push({path, message: `Forbidden: podlab does not support ${schema.what}`})
      return value
    case 'object':
      return readRecord(schema, value, path, mistakes)
    case 'map':
      return readMap(schema, value, path, mistakes)
    case 'array':
      return readList(schema, value, path, mistakes)
    case 'string':
    case 'integer':
    case 'boolean':
      mistakes.push(...scalarMistakes(schema, value, path))
      return value
    case 'integerOrString':
      return readValue(typeof value === 'number' ? schema.integer : schema.string, value, path, mistakes)
  }
}

type Of<T extends Schema['type']> = Extract<Schema, {type: T}>

function readRecord(schema: Of<'object'>, value: unknown, path: Path, mistakes: Mistake[]): unknown {
  if (!isRecord(value)) return wrongType('a mapping', value, path, mistakes)
  const entries = Object.entries(value).filter(([, inner]) => inner !== null && inner !== undefined)
  const present = new Set(entries.map(([key]) => key))
  for (const key of schema.required ?? [])
    if (!present.has(key)) mistakes.push(missing(schema.fields[key], [...path, key]))
  return Object.fromEntries(
    entries.map(([key, inner]) => {
      const field = Object.hasOwn(schema.fields, key) ? schema.fields[key] : undefined
      if (field !== undefined) return [key, readValue(field, inner, [...path, key], mistakes)]
      mistakes.push(unknownField([...path, key], Object.keys(schema.fields)))
      return [key, inner]
    }),
  )
}

/** A number that is not there is 0 to the API server, which says so where 0 is out of range. */
function missing(schema: Schema | undefined, path: Path): Mistake {
  const number = schema?.type === 'integerOrString' ? schema.integer : schema
  const [wrong] = number?.type === 'integer' ? rangeMistakes(number, 0, path) : []
  return wrong ?? required(path)
}

function readMap(schema: Of<'map'>, value: unknown, path: Path, mistakes: Mistake[]): unknown {
  if (!isRecord(value)) return wrongType('a mapping', value, path, mistakes)
  for (const key of Object.keys(value)) {
    const why = schema.keys?.(key)
    if (why !== undefined) mistakes.push(invalid(path, key, why))
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const found: Mistake[] = []
      const read = readValue(schema.values, inner, [...path, key], found)
      mistakes.push(...found.map(mistake => ofMap(schema, mistake, path)))
      return [key, read]
    }),
  )
}

/** Of labels Kubernetes names only the mapping. */
function ofMap({values}: Of<'map'>, mistake: Mistake, path: Path): Mistake {
  const labels = values.type === 'string' && values.format && mistake.message.startsWith('Invalid value')
  return labels ? {...mistake, printed: path} : mistake
}

function readList(schema: Of<'array'>, value: unknown, path: Path, mistakes: Mistake[]): unknown {
  if (!Array.isArray(value)) return wrongType('a list', value, path, mistakes)
  return value.map((item, index) => readValue(schema.items, item, [...path, index], mistakes))
}

function scalarMistakes(schema: Of<'string' | 'integer' | 'boolean'>, value: unknown, path: Path): Mistake[] {
  switch (schema.type) {
    case 'boolean':
      return typeof value === 'boolean' ? [] : [mistyped('true or false', value, path)]
    case 'integer':
      return Number.isInteger(value)
        ? rangeMistakes(schema, value as number, path)
        : [mistyped('a whole number', value, path)]
    case 'string':
      return typeof value === 'string' ? textMistakes(schema, value, path) : [mistyped('a string', value, path)]
  }
}

function rangeMistakes({minimum, maximum, why, zeroIsMissing}: Of<'integer'>, value: number, path: Path): Mistake[] {
  const low = minimum ?? -(2 ** 31)
  const high = maximum ?? 2 ** 31 - 1
  if (value >= low && value <= high) return []
  if (value === 0 && zeroIsMissing) return [required(path)]
  const unbounded = high === 2 ** 31 - 1 && value < low
  const range = `must be between ${low} and ${high}, inclusive`
  return [invalid(path, value, why ?? (unbounded ? `must be greater than or equal to ${low}` : range))]
}

function textMistakes(schema: Of<'string'>, value: string, path: Path): Mistake[] {
  if (schema.oneOf && !schema.oneOf.includes(value)) return [notSupported(path, value, schema.oneOf)]
  const why = schema.format?.(value)
  return why === undefined ? [] : [invalid(path, value, why)]
}

function wrongType(expected: string, value: unknown, path: Path, mistakes: Mistake[]): unknown {
  mistakes.push(mistyped(expected, value, path))
  return value
}

function mistyped(expected: string, value: unknown, path: Path): Mistake {
  const quotable = expected === 'a string' && (typeof value === 'number' || typeof value === 'boolean')
  const mistake = {path, message: `expected ${expected}, not ${describe(value)}`}
  return quotable ? {...mistake, hint: `quote it: "${value}"`} : mistake
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'a mapping' : `the ${typeof value} ${JSON.stringify(value)}`
}

function unknownField(path: Path, known: readonly string[]): Mistake {
  const hint = suggestion(String(path.at(-1)), known)
  return {path, message: `unknown field "${fieldOf(path)}"`, ...(hint && {hint})}
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
