/** A text that is no path to a field. */
export class FieldPathError extends Error {
  override readonly name = 'FieldPathError'
}

/** Steps into a value: a key, a place in a list, or every item of a list. */
export type FieldPath = readonly (string | number | typeof every)[]

export const every = Symbol('every item')

/** Reads `spec.replicas`, `subsets[0].addresses`, `subsets[*].addresses[*].ip`, `metadata.labels["a.b/c"]`. */
export function parseFieldPath(text: string): FieldPath {
  const step = /\.?([A-Za-z_][\w-]*)|\[(\d+)\]|\[(\*)\]|\["([^"]+)"\]/y
  const steps: (string | number | typeof every)[] = []
  while (step.lastIndex < text.length) {
    const at = step.lastIndex
    const match = step.exec(text)
    if (match === null || (at === 0 && text.startsWith('.')))
      throw new FieldPathError(
        `"${text}" is no path at "${text.slice(at)}"; expected one like subsets[*].addresses[*].ip`,
      )
    const [, name, index, star, quoted] = match
    steps.push(star ? every : index === undefined ? (name ?? quoted ?? '') : Number(index))
  }
  if (steps.length === 0) throw new FieldPathError('a path has at least one step, like status.readyReplicas')
  return steps
}

/** Every value at the path: one at most, unless the path says `[*]`. */
export function valuesAt(value: unknown, path: FieldPath): readonly unknown[] {
  return path.reduce<readonly unknown[]>((values, step) => values.flatMap(inner => [...into(inner, step)]), [value])
}

function into(value: unknown, step: FieldPath[number]): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return []
  if (step === every) return Array.isArray(value) ? value : Object.values(value)
  const inner = Object.hasOwn(value, step) ? (value as Record<string | number, unknown>)[step] : undefined
  return inner === undefined ? [] : [inner]
}
