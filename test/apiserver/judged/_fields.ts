/** What stands at a path such as `spec.ports.0.name`; undefined where there is nothing. */
export function at(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((inner, key) => (inner as Record<string, unknown> | null | undefined)?.[key], value)
}

/** A copy of a value with other values at some paths; null takes away what stands there. */
export function changed(value: unknown, changes: Readonly<Record<string, unknown>>): unknown {
  const copy = structuredClone(value ?? {})
  for (const [path, wanted] of Object.entries(changes)) put(copy as Tree, path.split('.'), wanted)
  return copy
}

type Tree = {[key: string]: unknown}

function put(tree: Tree, [key = '', ...rest]: readonly string[], wanted: unknown): void {
  if (rest.length > 0) {
    tree[key] ??= {}
    put(tree[key] as Tree, rest, wanted)
  } else if (wanted === null && Array.isArray(tree)) tree.splice(Number(key), 1)
  else if (wanted === null) delete tree[key]
  else tree[key] = wanted
}
